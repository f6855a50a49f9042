/**
 * What no committed file says: unfinished work, and paths that exist on one machine only.
 */
import type { TextFile } from '../source.ts'
import type { Check } from '../table.ts'

export const words: Check = {
  name: 'words',
  asks: 'is nothing left unfinished or tied to one machine?',
  run: ({ files }) => files.flatMap(forbiddenWords),
}

const forbidden: readonly RegExp[] = [
  /\b(TODO|FIXME|XXX|HACK)\b/,
  /(?<![\w.~/-])\/(home|Users|work|root)\/[\w.-]+\//,
  /\b[A-Z]:\\Users\\/,
  /\/tmp\/(brief|bash_jobs)/,
  /^(<<<<<<<|>>>>>>>) /,
]

/** This file has to name what it looks for. */
const exempt = /^tools\/checks\/src\/checks\/words\.ts$|^pnpm-lock\.yaml$/

export function forbiddenWords({ path, text }: TextFile): readonly string[] {
  if (exempt.test(path) || text.includes('\0')) return []
  return text.split('\n').flatMap((line, index) => {
    const found = forbidden.map((pattern) => pattern.exec(line)?.[0]).find((match) => match !== undefined)
    return found === undefined ? [] : [`${path}:${index + 1} says ${found}`]
  })
}
