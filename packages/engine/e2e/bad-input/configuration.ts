/** What may be wrong with `.changeset/config.json`, `topsail.json` and the state of pre mode. */
import type { BadInput } from './world.ts'

const theirs = (value: unknown): BadInput['files'] => ({
  '.changeset/config.json': typeof value === 'string' ? value : JSON.stringify(value),
})
const ours = (value: unknown): BadInput['files'] => ({
  'topsail.json': typeof value === 'string' ? value : JSON.stringify(value),
})
const pre = (value: unknown): BadInput['files'] => ({
  '.changeset/pre.json': typeof value === 'string' ? value : JSON.stringify(value),
})

const texts = ['', '{', '[]', 'null', '5', '"x"', '{"a"', '\0', '['.repeat(1e5), '{"x":'.repeat(1e4), 'key: value']

export const configuration: readonly BadInput[] = [
  ...texts.flatMap((text): BadInput[] => [
    { name: `config.json of ${JSON.stringify(text.slice(0, 12))}`, files: theirs(text), codes: syntaxOrValue(text) },
    { name: `topsail.json of ${JSON.stringify(text.slice(0, 12))}`, files: ours(text), codes: syntaxOrValue(text) },
    { name: `pre.json of ${JSON.stringify(text.slice(0, 12))}`, files: pre(text), codes: ['PRE_STATE_INVALID'] },
  ]),
  {
    name: 'a config.json that leads nowhere',
    files: { '.changeset/config.json': { link: 'gone' } },
    codes: ['FILE_UNREADABLE'],
  },
  {
    name: 'a topsail.json that leads to itself',
    files: { 'topsail.json': { link: 'topsail.json' } },
    codes: ['FILE_UNREADABLE'],
  },
  { name: 'a config.json of 40 MB', files: theirs(' '.repeat(4e7)), codes: ['FILE_TOO_LARGE'] },
  { name: 'a key that is nearly right', files: theirs({ baseBranc: 'main' }), codes: ['CONFIG_KEY_UNKNOWN'] },
  { name: 'a key of our own that is nearly right', files: ours({ source: 'both' }), codes: ['CONFIG_KEY_UNKNOWN'] },
  {
    name: '__proto__ as a key',
    files: ours('{ "__proto__": { "sources": "commits" }, "constructor": 1 }'),
    codes: ['CONFIG_KEY_UNKNOWN'],
  },
  { name: 'a config.json with comments', files: theirs('{ // ours\n "baseBranch": "main", }'), codes: [] },
  {
    name: 'a config.json with a byte order mark and CRLF',
    files: theirs('\uFEFF{\r\n"baseBranch":"main"\r\n}\r\n'),
    codes: [],
  },
  ...[
    { baseBranch: 5 },
    { access: 'everyone' },
    { ignore: '@acme/b' },
    { ignore: [5] },
    { fixed: ['@acme/a'] },
    { linked: [[5]] },
    { updateInternalDependencies: 'major' },
    { privatePackages: 'no' },
    { changelog: 5 },
    { snapshot: [] },
  ].map((value) => ({
    name: `config.json with ${JSON.stringify(value)}`,
    files: theirs(value),
    codes: ['CONFIG_VALUE_INVALID'] as const,
  })),
  ...[
    { sources: 'git' },
    { sources: ['both'] },
    { rules: 'changesets@9' },
    { rules: '__proto__' },
    { zeroMajor: true },
    { maxBump: 'none' },
    { tagPattern: 'no version' },
    { tagPattern: '../{version}~' },
    { tagPattern: { '@acme/b': 'no version' } },
    { rootPackage: 'yes' },
    { commits: { excludePaths: { '@acme/b': 'docs' } } },
    { commits: { initialVersion: { '@acme/b': 'first' } } },
    { commits: { prerelease: 'always' } },
    { commits: { preset: 'angular' } },
    { commits: { types: { feat: 'huge' } } },
    { cascade: { '@acme/b': { dependencies: { 'out-by-luck': 'major' } } } },
    { check: { exclude: '@acme/b' } },
  ].map((value) => ({
    name: `topsail.json with ${JSON.stringify(value)}`,
    files: ours(value),
    codes: 'cascade' in value ? (['CONFIG_KEY_UNKNOWN'] as const) : (['CONFIG_VALUE_INVALID'] as const),
  })),
  {
    name: 'a fixed group with an unknown package',
    files: theirs({ fixed: [['@acme/a', '@acme/z']] }),
    codes: ['CONFIG_PATTERN_UNMATCHED'],
  },
  {
    name: 'a package in two fixed groups',
    files: theirs({ fixed: [['@acme/a', '@acme/b'], ['@acme/b']] }),
    codes: ['CONFIG_GROUPS_OVERLAP'],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.1.0' },
  },
  {
    name: 'a package in a fixed and in a linked group',
    files: theirs({ fixed: [['@acme/a', '@acme/b']], linked: [['@acme/a']] }),
    codes: ['CONFIG_GROUPS_OVERLAP'],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.1.0' },
  },
  {
    name: 'a glob with a thousand stars',
    files: theirs({ ignore: [`@acme/${'*a'.repeat(1000)}`] }),
    codes: ['CONFIG_PATTERN_UNMATCHED'],
  },
  {
    name: 'a glob of nested parentheses',
    files: theirs({ ignore: [`${'+('.repeat(200)}x${')'.repeat(200)}`] }),
    codes: ['CONFIG_PATTERN_UNMATCHED'],
  },
  ...['', 'x'.repeat(70_000), `${'x/'.repeat(40_000)}*`].map((glob) => ({
    name: `a glob of ${glob.length} letters`,
    files: theirs({ ignore: [glob], changedFilePatterns: [glob] }),
    codes: ['CONFIG_PATTERN_UNMATCHED'] as const,
  })),
  {
    name: 'a fixed group of nothing',
    files: theirs({ fixed: [['']] }),
    codes: ['CONFIG_PATTERN_UNMATCHED'],
  },
  {
    name: 'tags for private packages that get no versions',
    files: theirs({ privatePackages: { version: false, tag: true } }),
    codes: ['CONFIG_PRIVATE_TAG_WITHOUT_VERSION'],
  },
  ...[
    {},
    { mode: 'pre' },
    { mode: 'beta', tag: 'next' },
    { mode: 'pre', tag: '' },
    { mode: 'pre', tag: 5 },
    { mode: 'pre', tag: 'a b' },
    { mode: 'pre', tag: '../x' },
    { mode: 'pre', tag: 'next', initialVersions: [] },
    { mode: 'pre', tag: 'next', changesets: 'all' },
    { mode: 'pre', tag: 'next', changesets: [5] },
  ].map((value) => ({
    name: `pre.json with ${JSON.stringify(value)}`,
    files: pre(value),
    codes: ['PRE_STATE_INVALID'] as const,
  })),
  {
    name: 'a prerelease counter that is no number',
    files: {
      ...pre({ mode: 'pre', tag: 'next' }),
      'packages/a/package.json': '{ "name": "@acme/a", "version": "1.0.0-next.x" }',
    },
    codes: ['DEPENDENCY_NOT_FOLLOWED', 'PRE_COUNTER_NOT_A_NUMBER'],
    plan: { '@acme/a': '1.0.0-next.0' },
  },
  {
    name: 'a snapshot in pre mode',
    files: pre({ mode: 'pre', tag: 'next' }),
    options: { snapshotRelease: { tag: 'pr', commit: undefined } },
    codes: ['SNAPSHOT_IN_PRE_MODE'],
    plan: { '@acme/a': '0.0.0-pr-20260101000000', '@acme/b': '0.0.0-pr-20260101000000' },
  },
]

function syntaxOrValue(text: string): BadInput['codes'] {
  return ['[]', 'null', '5', '"x"'].includes(text) ? ['CONFIG_VALUE_INVALID'] : ['CONFIG_SYNTAX']
}
