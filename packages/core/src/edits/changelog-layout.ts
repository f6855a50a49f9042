/**
 * The text of a changelog in the format of Changesets: how the lines of an entry are put together, and where the entry
 * goes in the file. Under the presets named after Changesets both are byte for byte what that generation writes before
 * the repository's formatter has its turn.
 */
import type { PackageName, Version } from '../names.ts'
import type { RulesName } from '../settings.ts'
import type { ReleasedBump } from './changelog.ts'

export type ChangelogLayout = {
  readonly rules: RulesName
  /** The formatter that Changesets 2 brings along is not there: the empty lines that it would add are written here. */
  readonly isUnformatted: boolean
}

export type ChangelogLines = { readonly [bump in ReleasedBump]: readonly string[] }

/**
 * The markdown of one entry, from `## 1.2.0` to its last bullet, without a final newline. Of a release without a line
 * Changesets 2 writes the heading alone.
 */
export function renderChangelogEntry(version: Version, lines: ChangelogLines, layout: ChangelogLayout): string {
  const isFirstGeneration = layout.rules === 'changesets@2'
  const written = isFirstGeneration && !layout.isUnformatted ? plainSection : section
  const sections = [
    written('Major Changes', lines.major, isFirstGeneration),
    written('Minor Changes', lines.minor, isFirstGeneration),
    written('Patch Changes', lines.patch, isFirstGeneration),
  ].filter((text) => text !== '')
  if (written === plainSection) return [`## ${version}`, ...sections].join('\n').trim()
  const said = sections.length > 0 || isFirstGeneration ? sections : ['No changes in this release.']
  return [`## ${version}`, ...said].join('\n\n')
}

/** Puts an entry where the rules look for the newest one; below the title when there is none. */
export function prependChangelog(
  before: string | undefined,
  entry: string,
  name: PackageName,
  layout: ChangelogLayout,
): string {
  const body = `${entry.trim()}\n`
  const isEmpty = layout.rules === 'topsail' ? before?.trim() === '' : before === ''
  if (before === undefined || isEmpty) return `# ${name}\n\n${body}`

  const eol = layout.rules === 'topsail' && before.includes('\r\n') ? '\r\n' : '\n'
  const written = eol === '\n' ? body : body.replaceAll(/\r?\n/g, eol)
  const newest = newestEntry(before, layout.rules)
  const gap = layout.rules === 'changesets@2' && !layout.isUnformatted ? '' : eol
  if (newest >= 0) return before.slice(0, newest) + written + gap + before.slice(newest)

  const end = before.indexOf('\n')
  if (end < 0) return before + eol + eol + written
  return before.slice(0, end + 1) + eol + written + before.slice(end + 1)
}

/** Changesets 2 looks no further than the start of the file; Changesets takes a byte order mark for a part of the line. */
function newestEntry(before: string, rules: RulesName): number {
  if (rules === 'changesets@2') return /^#{1,6}\s+\d+\.\d+/.test(before) ? 0 : -1
  if (rules === 'topsail' && /^\uFEFF#{1,6}\s+\d+\.\d+/.test(before)) return 1
  return before.search(/^#{1,6}\s+\d+\.\d+/m)
}

/** As Changesets 2 joins lines. */
function plainSection(title: string, lines: readonly string[]): string {
  const written = lines.filter((line) => line !== '')
  return written.length === 0 ? '' : `### ${title}\n\n${written.join('\n')}\n`
}

/**
 * Lines are joined by one newline, or by two where a generator's line begins or ends with an empty one: so a
 * generator decides between a tight and a loose list. In generation 2 any newline around a line makes the list loose.
 */
function section(title: string, lines: readonly string[], isFirstGeneration: boolean): string {
  const written = lines.filter((line) => line !== '')
  if (written.length === 0) return ''
  let text = `### ${title}`
  let gap = 2
  for (const line of written) {
    const newlines = gap + newlinesFrom(line, 0, 1)
    text += '\n'.repeat(Math.min(Math.max(newlines, 1), 2)) + line.trim()
    gap = newlinesFrom(line, line.length - 1, -1) + (isFirstGeneration ? 1 : 0)
  }
  return text
}

function newlinesFrom(line: string, start: number, step: 1 | -1): number {
  let count = 0
  while (line[start + count * step] === '\n') count += 1
  return count
}
