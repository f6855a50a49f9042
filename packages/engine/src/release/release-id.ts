/**
 * What a release is called: the moment that it began, and some chance. Its name comes after those of all releases that are
 * known, whatever the clocks of their machines said, so that the newest names are those of the newest releases.
 */
import { randomBytes } from 'node:crypto'

/** `20260102-030405678-1a2b`; `known`: refs, of which some may be those of releases. */
export function releaseIdAt(now: Date, known: Iterable<string>): string {
  let newest = nameOf(now)
  for (const ref of known) {
    const moment = momentIn(ref)
    if (moment === undefined || nameOf(moment) < newest) continue
    const next = nameOf(new Date(moment.getTime() + 1))
    // The last moment that can be written has none after it.
    if (next.length === newest.length) newest = next
  }
  return `${newest}-${randomBytes(2).toString('hex')}`
}

function nameOf(moment: Date): string {
  const [day = '', time = ''] = moment.toISOString().split('T')
  return `${day.replaceAll('-', '')}-${time.slice(0, 12).replace(/[:.]/g, '')}`
}

const named = /\/(?:open|releases)\/(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)(\d{3})-[0-9a-f]{4}$/

function momentIn(ref: string): Date | undefined {
  const parts = named.exec(ref)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second, rest] = parts
  const moment = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.${rest}Z`)
  return Number.isNaN(moment.getTime()) ? undefined : moment
}
