/**
 * Changeset files to changes. A file that cannot be read, names an unknown package, or mixes packages that take part
 * with packages that do not, is quarantined: reported and left on disk, and the rest is still planned. Time is linear in
 * the text: front matter is found by lines, and only a bounded piece of it ever reaches the YAML parser.
 */
import { parseChangesetFile } from '@changesets/parse'
import { isBump, type Bump } from '../bump.ts'
import type { ChangesetChange } from '../change.ts'
import { faultAround, faultWithin, type ChangesetFault } from './changeset-fault.ts'
import type { PackageName } from '../names.ts'
import type { Problem } from '../problem.ts'
import { compareText, recordOf } from '../record.ts'
import type { ChangesetFile } from '../snapshot.ts'

export type ParsedChangeset = ChangesetChange

/** In the order of their paths, which is the order in which Changesets lists them. */
export function parseChangesets(files: readonly ChangesetFile[]): {
  readonly changes: readonly ParsedChangeset[]
  readonly problems: readonly Problem[]
} {
  const changes: ParsedChangeset[] = []
  const problems: Problem[] = []
  for (const file of files.toSorted((a, b) => compareText(a.path, b.path))) {
    const parsed = parseChangeset(file.text)
    if (parsed.ok) changes.push(toChange(file, parsed))
    else {
      const { detail, line, mend } = parsed
      const place = { file: file.path, line }
      problems.push({
        code: 'CHANGESET_MALFORMED',
        severity: 'quarantined',
        place,
        detail,
        ...(mend === undefined ? {} : { mend }),
      })
    }
  }
  return { changes, problems }
}

/** The line, from 1, on which the front matter names the package. */
export function lineNaming(text: string, name: PackageName): number | undefined {
  const front = findFrontMatter(text)
  if (front === undefined) return undefined
  const index = front.lines.findIndex((line) => keyOf(line) === name || line.includes(name))
  return index < 0 ? undefined : front.firstLine + index
}

/** Which of these packages the texts name, also where the front matter cannot be read, and whatever the summaries say. */
export function namesWritten(texts: Iterable<string>, names: ReadonlySet<PackageName>): ReadonlySet<PackageName> {
  const found = new Set<PackageName>()
  for (const text of texts) {
    const lines = findFrontMatter(text)?.lines ?? [text]
    for (const line of lines) for (const [word] of line.matchAll(nameLike)) if (names.has(word)) found.add(word)
  }
  return found
}

/** What may be the name of a package, without the quotes and the colon around it. */
const nameLike = /[\w@./~!()*-]+/g

type Parsed =
  | { readonly ok: true; readonly bumps: readonly (readonly [PackageName, Bump])[]; readonly summary: string }
  | ({ readonly ok: false } & ChangesetFault)

/** Far above what a person writes; below what makes a YAML parser slow. */
const mostCharacters = 2_000_000
const mostFrontMatter = 64_000

function parseChangeset(text: string): Parsed {
  if (text.length > mostCharacters) return malformed(`the file is larger than ${mostCharacters} characters`)
  if (text.trim() === '') return malformed('the file is empty')
  const front = findFrontMatter(text)
  if (front === undefined) return { ok: false, ...faultAround(text) }
  const size = front.lines.reduce((sum, line) => sum + line.length + 1, 0)
  if (size > mostFrontMatter) return malformed(`the front matter is larger than ${mostFrontMatter} characters`, 1)
  const bumps = readPlainLines(front.lines) ?? readYaml(front)
  if (typeof bumps !== 'string') return { ok: true, bumps, summary: front.rest.trim() }
  return { ok: false, ...faultWithin(front.lines, front.firstLine, text, oddLine(front.lines), bumps) }
}

/** The first line that is not a name and a bump: nearly always the one to mend. */
function oddLine(lines: readonly string[]): number {
  return lines.findIndex((line) => line.trim() !== '' && !plainLine.test(line))
}

function malformed(detail: string, line?: number): Parsed {
  return { ok: false, detail, line }
}

type FrontMatter = { readonly lines: readonly string[]; readonly firstLine: number; readonly rest: string }

/** The text after the first `---`, up to the next line that is nothing but `---`, as @changesets/parse finds it. */
function findFrontMatter(text: string): FrontMatter | undefined {
  const start = text.indexOf('---')
  if (start < 0) return undefined
  const lines: string[] = []
  let at = start + 3
  for (;;) {
    const end = text.indexOf('\n', at)
    const line = text.slice(at, end < 0 ? undefined : end)
    if (lines.length > 0 && line.trim() === '---') {
      const firstLine = countLines(text, start)
      return { lines, firstLine, rest: end < 0 ? '' : text.slice(end) }
    }
    if (end < 0) return undefined
    lines.push(line)
    at = end + 1
  }
}

function countLines(text: string, until: number): number {
  let lines = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < until; at = text.indexOf('\n', at + 1)) lines += 1
  return lines
}

const plainLine = /^(?:"([^"\\]+)"|'([^']+)'|([A-Za-z_][\w./-]*)):[ \t]+(["']?)(major|minor|patch|none)\4[ \t]*\r?$/
const wordsOfYaml = new Set(['true', 'false', 'null', 'True', 'False', 'Null', 'TRUE', 'FALSE', 'NULL'])

function keyOf(line: string): string | undefined {
  const match = plainLine.exec(line)
  return match === null ? undefined : (match[1] ?? match[2] ?? match[3])
}

/** What practically every changeset looks like, read without a YAML parser; undefined leaves the file to it. */
function readPlainLines(lines: readonly string[]): readonly (readonly [PackageName, Bump])[] | undefined {
  const bumps = new Map<PackageName, Bump>()
  for (const line of lines) {
    if (line.trim() === '') continue
    const match = plainLine.exec(line)
    const name = match?.[1] ?? match?.[2] ?? match?.[3]
    const bump = match?.[5]
    if (name === undefined || name.trim() === '' || !isBump(bump)) return undefined
    if (bumps.has(name) || wordsOfYaml.has(name)) return undefined
    bumps.set(name, bump)
  }
  return [...bumps]
}

/** Directives, tags, complex keys: no changeset needs them, and the parser prints a warning for each. */
const beyondMappings = /^[ \t]*[%[]|(?:^|[\s[{,:])[!?]|[[{,]\s*[[{]|[\]}][ \t]*:/m

/** The entries, or why there are none. Blank lines are left out, so that no pattern of the parser meets a long run. */
function readYaml(front: FrontMatter): readonly (readonly [PackageName, Bump])[] | string {
  const lines = front.lines.filter((line) => line.trim() !== '').join('\n')
  if (beyondMappings.test(lines)) return 'the front matter holds more than package names and bumps'
  try {
    const { releases } = parseChangesetFile(`---\n${lines}\n---\n`)
    return releases.map(({ name, type }) => [name, type] as const)
  } catch (error) {
    return firstLine(error instanceof Error ? error.message : String(error))
  }
}

function firstLine(message: string): string {
  const line = message.split('\n', 2).join(' ').replace('could not parse changeset - ', '').replace(/\.$/, '')
  return line.length > 300 ? `${line.slice(0, 300)}…` : line
}

function toChange(file: ChangesetFile, parsed: Parsed & { ok: true }): ChangesetChange {
  return {
    kind: 'changeset',
    id: `changeset:${file.id}`,
    file: file.path,
    summary: parsed.summary,
    bumps: recordOf(parsed.bumps),
    commit: file.commit,
  }
}
