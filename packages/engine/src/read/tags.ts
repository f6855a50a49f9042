/**
 * Release tags: every tag of the repository in one `for-each-ref`, and the names a package's release may have been
 * tagged with.
 */
import { tagNameOf, type Package, type Sha, type Workspace } from '@topsail/core'
import type { Git } from '../ports.ts'

/** Tag name to the commit it stands for. */
export type Tags = ReadonlyMap<string, Sha>

export async function readTags(git: Git): Promise<Tags> {
  const answer = await git(['for-each-ref', '--format=%(objectname) %(*objectname) %(refname:strip=2)', 'refs/tags/'])
  const tags = new Map<string, Sha>()
  if (answer.kind === 'missing') return tags
  for (const line of answer.stdout.split('\n')) {
    const first = line.indexOf(' ')
    const second = line.indexOf(' ', first + 1)
    if (first <= 0 || second < 0 || second + 1 === line.length) continue
    tags.set(line.slice(second + 1), second === first + 1 ? line.slice(0, first) : line.slice(first + 1, second))
  }
  return tags
}

/** In the order in which they are looked for; the first is how the next release will be tagged. */
export function tagNamesOf(
  pkg: Package,
  version: string,
  tagPattern: string,
  tool: Workspace['tool'],
): readonly string[] {
  const names = [tagNameOf(tagPattern, pkg.name, version), `${pkg.name}@${version}`]
  return tool === 'root' ? [...names, `v${version}`] : names
}
