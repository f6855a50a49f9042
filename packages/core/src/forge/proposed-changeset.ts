/**
 * The changeset that a pull request lacks, ready to be committed: a file for packages and bumps, and the address at
 * which a forge opens its editor with that file in it. Names and texts come from the repository: the file is YAML and
 * markdown that say nothing else, and in the address everything is encoded.
 */
import type { Bump } from '../bump.ts'
import type { PackageName, Path, Sha } from '../names.ts'
import type { ForgeBranch } from './pull-request-report.ts'

export type ProposedBump = { readonly name: PackageName; readonly bump: Exclude<Bump, 'none'> }

/** `head`: of the pull request. The same answer for the same head, so that a comment that is written again stays as it is. */
export function proposedChangeset(
  releases: readonly ProposedBump[],
  summary: string,
  head: Sha,
): { readonly file: Path; readonly text: string } {
  const lines = releases.map(({ name, bump }) => `${JSON.stringify(name)}: ${bump}`)
  const [first] = releases
  const about = releases.length === 1 && first !== undefined ? slug(first.name) : 'changes'
  return {
    file: `.changeset/${about}-${head.slice(0, 8)}.md`,
    text: `---\n${lines.join('\n')}\n---\n\n${plainSentence(summary)}\n`,
  }
}

/** Servers take addresses of about 8,000 characters. */
const longestLink = 6_000

/**
 * Undefined where there is no such branch, or the address would be too long for a forge. GitLab has read the text of a
 * new file from its address in some versions and in others not.
 */
export function editorLink(
  place: ForgeBranch,
  changeset: { readonly file: Path; readonly text: string },
): string | undefined {
  const parts = place.branch.split('/')
  // No branch of git is called so, and it would lead elsewhere.
  if (parts.some((part) => part === '' || part === '.' || part === '..')) return undefined
  const branch = parts.map(encoded).join('/')
  const [file, text] = [encoded(changeset.file), encoded(changeset.text)]
  const link =
    place.kind === 'github'
      ? `${place.webUrl}/new/${branch}?filename=${file}&value=${text}`
      : `${place.webUrl}/-/new/${branch}?file_name=${file}&file=${text}`
  return link.length > longestLink ? undefined : link
}

function slug(name: PackageName): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return plain.slice(0, 40) || 'package'
}

const longestSummary = 300
const steering =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

/** One line that ends neither the front matter nor anything else. */
function plainSentence(text: string): string {
  const line = text
    .replace(steering, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^[-#>]+ */, '')
  return line.slice(0, longestSummary).toWellFormed() || 'Describe this change for those who use the package.'
}

/** Also what has a meaning in markdown. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
