/**
 * Reads back what a changelog says of one version, whoever wrote it: the entry's bullets with the kind of change whose
 * heading they stand under. What only says that dependencies were updated is nobody's change.
 */
import type { Bump } from '../bump.ts'
import type { Version } from '../names.ts'

export type ReleasedChange = {
  /** Null where no heading tells. */
  readonly bump: Exclude<Bump, 'none'> | null
  /** Markdown: the bullet without its mark, with what is nested below it. */
  readonly summary: string
}

/** Empty when the changelog has no such entry. */
export function releasedChanges(changelog: string, version: Version): readonly ReleasedChange[] {
  const changes: { bump: ReleasedChange['bump']; lines: string[] }[] = []
  let bump: ReleasedChange['bump'] = null
  let isOpen = false
  for (const line of entryLines(changelog, version)) {
    const title = /^#{1,6}\s+(.+)$/.exec(line)?.[1]
    const bullet = /^[-*+] +(.*)$/.exec(line)?.[1]
    if (title !== undefined) {
      bump = bumpOfTitle(title)
      isOpen = false
    } else if (bullet !== undefined) {
      changes.push({ bump, lines: [bullet] })
      isOpen = true
    } else if (isOpen) changes.at(-1)?.lines.push(line.replace(/^ {2}/, ''))
  }
  return changes
    .map(({ bump: asked, lines }) => ({ bump: asked, summary: lines.join('\n').trim() }))
    .filter(({ summary }) => summary !== '' && !/^updated dependencies\b/i.test(summary))
}

/** The whole entry without its heading, as it stands; undefined when the changelog has none. */
export function changelogEntry(changelog: string, version: Version): string | undefined {
  const lines = changelog.split(/\r?\n/)
  return lines.some((line) => versionOfHeading(line) === version)
    ? entryLines(changelog, version).join('\n').trim()
    : undefined
}

/** From below the heading that names the version to the next heading that names another. */
function entryLines(changelog: string, version: Version): readonly string[] {
  const lines = changelog.split(/\r?\n/)
  const start = lines.findIndex((line) => versionOfHeading(line) === version)
  if (start < 0) return []
  const length = lines.slice(start + 1).findIndex((line) => versionOfHeading(line) !== undefined)
  return length < 0 ? lines.slice(start + 1) : lines.slice(start + 1, start + 1 + length)
}

/** `## 1.2.0`, `## [1.2.0](https://…) (2026-01-02)`, `## v1.2.0`, `# @acme/db 1.2.0`. */
function versionOfHeading(line: string): string | undefined {
  return /^#{1,3}\s+(?:\S+\s+)?\[?v?(\d+\.\d+\.\d+(?:-[0-9a-z.-]+)?(?:\+[0-9a-z.-]+)?)/i.exec(line)?.[1]
}

function bumpOfTitle(title: string): ReleasedChange['bump'] {
  if (/major|breaking/i.test(title)) return 'major'
  if (/minor|feature/i.test(title)) return 'minor'
  return /patch|fix/i.test(title) ? 'patch' : null
}
