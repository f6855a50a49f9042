/**
 * A journal on disk: append only, on the disk before anybody is told so. Records that come while the disk is busy
 * share the next sync, so that a release of hundreds of packages does not wait for hundreds of them one by one.
 */
import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { mkdir, open, readFile, rename, type FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { decodeJournal, encodeRecord } from '@topsail/core'
import type { DecodedJournal, Fence, JournalEvent, JournalRecord } from '@topsail/core'

export type Journal = {
  readonly records: readonly JournalRecord[]
  /** Resolves when the record is on the disk. Rejects when it cannot be; then nothing may be done. */
  append(event: JournalEvent): Promise<void>
  /** Everything up to now, on the disk: for the copy at the remote. */
  text(): Promise<string>
  /** What that would be with these behind it, which are not written. */
  textWith(events: readonly JournalEvent[]): Promise<string>
  close(): Promise<void>
}

export type JournalOptions = { readonly fence: Fence; readonly now: () => Date }

/** Undefined when there is no such file. */
export async function readJournal(path: string): Promise<DecodedJournal | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return text === undefined ? undefined : decodeJournal(text, sha256)
}

/**
 * Opens the journal to go on after `text`, whole lines that were read from it or from its copy at the remote; a torn
 * tail of the file is cut off.
 */
export async function openJournal(path: string, text: string, options: JournalOptions): Promise<Journal> {
  const decoded = decodeJournal(text, sha256)
  if (decoded.kind === 'corrupt') throw new Error(`the journal is corrupt at line ${decoded.line}: ${decoded.detail}`)
  let written = text.slice(0, decoded.length)
  const file = await openAfter(path, written)

  const records = [...decoded.records]
  let sum = decoded.sum
  let pending: string[] = []
  let flushing: Promise<void> | undefined
  let broken: unknown
  const flush = async (): Promise<void> => {
    // What comes after a hole could never be read again.
    if (broken !== undefined) throw broken
    const lines = pending.join('')
    pending = []
    try {
      appendFileSync(file.fd, lines)
      await file.datasync()
    } catch (error) {
      // What comes after a hole could never be read again, so that what has gathered meanwhile is not written either.
      broken = error
      pending = []
      throw error
    }
    written += lines
  }
  const flushed = async (): Promise<void> => {
    // Whoever comes during a flush waits for the next one, which takes all that has gathered.
    while (flushing !== undefined) await flushing
    if (pending.length === 0) return
    // What an outcome lets begin is written in the same turn, and shares its sync.
    flushing = turn()
      .then(flush)
      .finally(() => (flushing = undefined))
    await flushing
  }
  const recordOf = (event: JournalEvent, n: number): JournalRecord => {
    const { fence, now } = options
    return { v: 1, n, at: now().toISOString(), fence, ...event }
  }
  return {
    records,
    async append(event) {
      if (broken !== undefined) throw broken
      const record = recordOf(event, records.length)
      const encoded = encodeRecord(record, sum, sha256)
      sum = encoded.sum
      records.push(record)
      pending.push(encoded.line)
      return flushed()
    },
    async text() {
      // Whoever appended what could not be written was told.
      await flushed().catch(() => {})
      return written
    },
    async textWith(events) {
      do await flushed()
      while (pending.length > 0 || flushing !== undefined)
      if (broken !== undefined) throw broken
      let last = sum
      const lines = events.map((event, index) => {
        const encoded = encodeRecord(recordOf(event, records.length + index), last, sha256)
        last = encoded.sum
        return encoded.line
      })
      return written + lines.join('')
    },
    async close() {
      await flushed()
      await file.close()
    },
  }
}

/**
 * A new file with exactly this text in the place of the old one, opened at its end. At no moment is what was there
 * before lost, and whoever still has the old one open writes into nothing from now on.
 */
async function openAfter(path: string, text: string): Promise<FileHandle> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = `${path}.${process.pid}.new`
  const fresh = await open(temporary, 'w')
  await fresh.writeFile(text)
  await fresh.sync()
  await fresh.close()
  await rename(temporary, path)
  await syncFolder(dirname(path))
  return open(path, 'a')
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** A new name is on the disk only when its folder is. Windows cannot open folders and does not need to. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
