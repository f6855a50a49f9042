/** What may be wrong with a changeset file, and with the folder it lies in. */
import type { BadInput, Content } from './world.ts'

const bad = (text: Content): BadInput['files'] => ({ '.changeset/bad.md': text })
const front = (lines: string, rest = '\n\nBad.\n'): string => `---\n${lines}\n---${rest}`
const malformed = (name: string, text: Content): BadInput => ({
  name,
  files: bad(text),
  codes: ['CHANGESET_MALFORMED'],
})

const bomb = [
  'a: &a [x,x,x,x,x,x,x,x,x]',
  ...[...'bcdefghi'].map(
    (letter, index) => `${letter}: &${letter} [${Array(9).fill(`*${'abcdefghi'[index]}`).join(',')}]`,
  ),
].join('\n')

export const changesets: readonly BadInput[] = [
  malformed('an empty file', ''),
  malformed('white space alone', '\n \n'),
  malformed('a changeset without front matter', 'Just words.\n'),
  malformed('front matter that does not end', "---\n'@acme/b': minor\n"),
  malformed('front matter that does not begin', "'@acme/b': minor\n---\n"),
  malformed('a bump that is no bump', front("'@acme/b': huge")),
  malformed('a bump in upper case', front("'@acme/b': MAJOR")),
  malformed('a bump that is a number', front("'@acme/b': 1")),
  malformed('a bump that is empty', front("'@acme/b':")),
  malformed('a bump that is a list', front("'@acme/b': [minor]")),
  malformed('a bump that is a version', front("'@acme/b': 2.0.0")),
  malformed('front matter that is a list', front('- @acme/b')),
  malformed('front matter that is a text', front('just words')),
  malformed('front matter that is no YAML', front('{{{')),
  malformed('a name without quotes that YAML reserves', front('@acme/b: minor')),
  malformed('a tab before the name', front("\t'@acme/b': minor")),
  malformed('one package named twice', front("'@acme/b': minor\n'@acme/b': patch")),
  malformed('a YAML bomb', front(bomb)),
  malformed('a YAML alias to itself', front('&a [*a]')),
  malformed('a YAML list as a name', front('[a]: minor')),
  malformed('a YAML map as a name', front('{a: b}: minor')),
  malformed('a YAML tag that would run code', front("'@acme/b': !!js/function 'function () { return 1 }'")),
  malformed('front matter nested a thousand deep', front(`${'['.repeat(1000)}${']'.repeat(1000)}`)),
  malformed('front matter of 1 MB', front(`'@acme/b': minor # ${'x'.repeat(1e6)}`)),
  malformed(
    'conflict markers',
    "<<<<<<< ours\n---\n'@acme/b': minor\n=======\n'@acme/b': major\n>>>>>>> theirs\n---\n",
  ),
  {
    name: 'bytes that are no UTF-8',
    files: bad(new Uint8Array([0x2d, 0x2d, 0x2d, 0x0a, 0xff, 0xfe, 0xfd, 0x0a, 0x2d, 0x2d, 0x2d])),
    codes: ['FILE_UNREADABLE'],
  },
  malformed('NUL bytes', '\0'.repeat(1000)),
  malformed('UTF-16', new Uint8Array(Buffer.from("---\n'@acme/b': minor\n---\n\nBad.\n", 'utf16le'))),
  {
    name: 'a file of 10 MB',
    files: bad(front("'@acme/b': minor", `\n\n${'x'.repeat(1e7)}`)),
    codes: ['FILE_TOO_LARGE'],
  },
  { name: '10 MB of dashes', files: bad('-'.repeat(1e7)), codes: ['FILE_TOO_LARGE'] },
  { name: 'a name that is nearly right', files: bad(front("'@acme/bb': minor")), codes: ['CHANGESET_UNKNOWN_PACKAGE'] },
  { name: 'a name with the wrong scope', files: bad(front("'@other/b': minor")), codes: ['CHANGESET_UNKNOWN_PACKAGE'] },
  {
    name: 'one good name and one unknown: neither counts',
    files: bad(front("'@acme/b': minor\n'@acme/z': patch")),
    codes: ['CHANGESET_UNKNOWN_PACKAGE'],
  },
  { name: 'the root package', files: bad(front('acme: minor')), codes: ['CHANGESET_UNKNOWN_PACKAGE'] },
  { name: 'an empty changeset', files: bad('---\n---\n\nNothing to release.\n'), codes: [] },
  {
    name: 'a changeset without a summary',
    files: bad(front("'@acme/b': patch", '')),
    codes: [],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.0.1' },
  },
  {
    name: 'CRLF',
    files: bad("---\r\n'@acme/b': patch\r\n---\r\n\r\nRight.\r\n"),
    codes: [],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.0.1' },
  },
  {
    name: 'a byte order mark',
    files: bad(`\uFEFF${front("'@acme/b': patch")}`),
    codes: [],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.0.1' },
  },
  {
    name: 'a summary of control characters',
    files: bad(front("'@acme/b': patch", '\n\n\u001b[2J\u0007\u0000\u202E\n')),
    codes: [],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.0.1' },
  },
  {
    name: 'a summary with front matter of its own',
    files: bad(front("'@acme/b': patch", "\n\n---\n'@acme/a': major\n---\n")),
    codes: [],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.0.1' },
  },
  {
    name: 'a file name of Unicode',
    files: { '.changeset/größe-日本-😀.md': front("'@acme/b': patch") },
    codes: [],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.0.1' },
  },
  {
    name: 'a file name that looks like an option',
    files: { '.changeset/--help.md': front("'@acme/b': patch") },
    codes: [],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.0.1' },
  },
  {
    name: 'a file called __proto__.md',
    files: { '.changeset/__proto__.md': front("'@acme/b': patch") },
    codes: [],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.0.1' },
  },
  { name: 'a folder called bad.md', files: { '.changeset/bad.md/x.txt': 'x' }, codes: [] },
  {
    name: 'a link out of the workspace',
    files: bad({ link: '../../secret/leak.md' }),
    codes: ['PATH_OUTSIDE_WORKSPACE'],
  },
  { name: 'a link to itself', files: bad({ link: 'bad.md' }), codes: [] },
  { name: 'a link to nothing', files: bad({ link: 'nowhere.md' }), codes: [] },
  {
    name: 'a changeset folder that is a file',
    files: { '.changeset/good.md': undefined, '.changeset/config.json': undefined, '.changeset': 'x' },
    codes: ['HISTORY_UNAVAILABLE'],
    plan: {},
  },
  {
    name: 'a changeset for a private package, which is never versioned',
    files: {
      ...bad(front("'@acme/c': minor")),
      'packages/c/package.json': '{ "name": "@acme/c", "version": "1.0.0", "private": true }',
    },
    codes: ['CHANGESET_WITHOUT_EFFECT'],
  },
  {
    name: 'a changeset for a package without a version',
    files: { ...bad(front("'@acme/c': minor")), 'packages/c/package.json': '{ "name": "@acme/c" }' },
    codes: ['CHANGESET_WITHOUT_EFFECT'],
  },
  {
    name: 'a changeset that mixes ignored and released packages',
    files: {
      ...bad(front("'@acme/a': patch\n'@acme/b': patch")),
      '.changeset/config.json': '{ "ignore": ["@acme/b"] }',
    },
    codes: ['CHANGESET_MIXES_IGNORED'],
  },
]
