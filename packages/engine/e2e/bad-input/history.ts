/** What may be wrong with commits and tags. All of them are read beside the good changeset. */
import type { BadInput, Commit } from './world.ts'

const options = { sources: 'both' } as const
const both = { '@acme/a': '1.1.0', '@acme/b': '1.1.0' }
const onB = (message: string): readonly Commit[] => [{ message, files: { 'packages/b/x.txt': message } }]
const released = ['@acme/a@1.0.0', '@acme/b@1.0.0']
const unread = (name: string, message: string): BadInput => ({
  name: `a commit ${name}`,
  commits: onB(message),
  tags: released,
  options,
  codes: ['COMMIT_NOT_CONVENTIONAL'],
})
const counts = (name: string, message: string, plan: Readonly<Record<string, string>> = both): BadInput => ({
  name: `a commit ${name}`,
  commits: onB(message),
  tags: released,
  options,
  codes: [],
  plan,
})

export const history: readonly BadInput[] = [
  unread('without a message', ''),
  unread('of white space', '\n\n  \n'),
  unread('of a colon', ':'),
  unread('without a type', ': something\n'),
  unread('without a summary', 'feat:\n'),
  unread('with a scope that does not end', 'feat(b: something\n'),
  unread('of a million brackets', `${'('.repeat(1e5)}\n`),
  unread('of a hundred thousand spaces', `feat${' '.repeat(1e5)}x\n`),
  unread('of one megabyte on one line', `${'x'.repeat(1e6)}\n`),
  unread('of control characters', '\u001b[2J\u0007\u202E\n'),
  counts('of Unicode', 'größe: 日本 😀 '.repeat(3), { '@acme/a': '1.1.0' }),
  counts('with a type of replacement characters', '\ufffd\ufffd: x', { '@acme/a': '1.1.0' }),
  counts('with an empty scope', 'feat(): something\n'),
  counts('with a scope that nobody has', 'feat(nobody): something\n'),
  counts('with the scope __proto__', 'feat(__proto__): something\n'),
  counts('with a type called constructor', 'constructor: something\n', { '@acme/a': '1.1.0' }),
  counts('with a type called __proto__', '__proto__: something\n', { '@acme/a': '1.1.0' }),
  counts('with CRLF', 'feat: something\r\n\r\nBREAKING CHANGE: all of it\r\n', {
    '@acme/a': '1.1.0',
    '@acme/b': '2.0.0',
  }),
  counts('with ten thousand lines', `feat: something\n\n${'fix: more\n'.repeat(10_000)}`),
  counts('with ten thousand footers', `feat: something\n\n${'Refs: #1\n'.repeat(10_000)}`),
  counts('with an author who looks like an option', 'feat: something\n\nCo-authored-by: --help <-x>\n'),
  counts('that reverts what there is not', `revert: something\n\nThis reverts commit ${'0'.repeat(40)}.\n`, {
    '@acme/a': '1.1.0',
    '@acme/b': '1.0.1',
  }),
  counts('that reverts a word', 'feat: something\n\nThis reverts commit everything.\n'),
  {
    name: 'a repository without a commit',
    commits: undefined,
    files: { '.git/x': 'x' },
    options,
    codes: ['HISTORY_UNAVAILABLE'],
  },
  {
    name: 'a git folder that is a text',
    files: { '.git': 'gitdir: ../secret' },
    options,
    codes: ['HISTORY_UNAVAILABLE'],
  },
  { name: 'no git at all', options, codes: ['HISTORY_UNAVAILABLE'] },
  ...[
    '@acme/b@',
    '@acme/b@x',
    '@acme/b@1.0',
    '@acme/b@99.0.0',
    'b@1.0.0',
    'v1.0.0',
    '@acme/b@1.0.0-',
    '__proto__@1.0.0',
    'größe@1.0.0',
    '@acme/nobody@1.0.0',
  ].map((tag) => ({
    name: `the tag ${tag}, which says nothing of any package`,
    commits: onB('feat: something\n'),
    tags: [...released, tag],
    options,
    codes: [] as const,
    plan: both,
  })),
]
