/**
 * The commit that release-please was told to look no further back than, where this repository has it.
 */
import type { Git } from '../ports.ts'
import { own } from '../read/record.ts'
import type { Found } from './find-set-up.ts'
import type { InitNote, SetUp } from './set-up.ts'

/** release-please marks the commit it began with; a history that was rewritten since does not have it. */
export async function withKnownSince(setUp: SetUp, { tool, file }: Found, git: Git): Promise<SetUp> {
  const commits = setUp.topsail['commits']
  const since = own(commits, 'since')
  if (tool !== 'release-please' || typeof since !== 'string') return setUp
  const known = await git(['cat-file', '-e', `${since}^{commit}`])
  if (known.kind === 'done' && known.code === 0) return setUp
  const { since: _gone, ...rest } = commits as Readonly<Record<string, unknown>>
  const left: InitNote = {
    kind: 'left-behind',
    from: { file, key: 'bootstrap-sha' },
    value: since,
    because: 'unknown-commit',
  }
  return { ...setUp, topsail: { ...setUp.topsail, commits: rest }, notes: [...setUp.notes, left] }
}
