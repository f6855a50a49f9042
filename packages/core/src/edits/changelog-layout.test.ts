import { expect, test } from 'vitest'
import { prependChangelog, renderChangelogEntry, type ChangelogLayout } from './changelog-layout.ts'

const topsail: ChangelogLayout = { rules: 'topsail', isUnformatted: false }
const changesets3: ChangelogLayout = { rules: 'changesets@3', isUnformatted: false }
const changesets2: ChangelogLayout = { rules: 'changesets@2', isUnformatted: false }
const unformatted2: ChangelogLayout = { rules: 'changesets@2', isUnformatted: true }

test('sections stand from major to patch, and empty ones are left out', () => {
  expect(renderChangelogEntry('2.0.0', { major: ['- a', '- b'], minor: [], patch: ['', '- c'] }, topsail)).toBe(
    '## 2.0.0\n\n### Major Changes\n\n- a\n- b\n\n### Patch Changes\n\n- c',
  )
})

test('a release without a line says so, but not under the rules of Changesets 2', () => {
  const nothing = { major: [], minor: [], patch: [''] }
  expect(renderChangelogEntry('1.0.1', nothing, topsail)).toBe('## 1.0.1\n\nNo changes in this release.')
  expect(renderChangelogEntry('1.0.1', nothing, changesets3)).toBe('## 1.0.1\n\nNo changes in this release.')
  expect(renderChangelogEntry('1.0.1', nothing, changesets2)).toBe('## 1.0.1')
})

test('a generator that ends or begins its lines with an empty line gets a loose list', () => {
  expect(
    renderChangelogEntry('1.0.1', { major: [], minor: [], patch: ['\n\n- a\n\n', '- b\n', '\n- c'] }, topsail),
  ).toBe('## 1.0.1\n\n### Patch Changes\n\n- a\n\n- b\n\n- c')
})

const entry = '## 1.1.0\n\n- new'

test.each([
  ['no file', undefined, '# a\n\n## 1.1.0\n\n- new\n'],
  ['an empty file', '', '# a\n\n## 1.1.0\n\n- new\n'],
  ['a title alone', '# A', '# A\n\n## 1.1.0\n\n- new\n'],
  ['a title and words', '# A\n\nwords\n', '# A\n\n## 1.1.0\n\n- new\n\nwords\n'],
  [
    'words above the newest entry',
    '# A\n\nwords\n\n## 1.0.0\n\n- old\n',
    '# A\n\nwords\n\n## 1.1.0\n\n- new\n\n## 1.0.0\n\n- old\n',
  ],
  ['entries without a title', '## 1.0.0\n\n- old\n', '## 1.1.0\n\n- new\n\n## 1.0.0\n\n- old\n'],
  ['CRLF', '# A\r\n\r\n## 1.0.0\r\n\r\n- old\r\n', '# A\r\n\r\n## 1.1.0\r\n\r\n- new\r\n\r\n## 1.0.0\r\n\r\n- old\r\n'],
])('an entry goes above the newest one: %s', (_what, before, after) => {
  expect(prependChangelog(before, entry, 'a', topsail)).toBe(after)
})

test.each([
  ['CRLF', '# A\r\n\r\n## 1.0.0\r\n', '# A\r\n\r\n## 1.1.0\n\n- new\n\n## 1.0.0\r\n'],
  ['CRLF without an entry', '# A\r\n', '# A\r\n\n## 1.1.0\n\n- new\n'],
  ['an empty line alone', '\n', '\n\n## 1.1.0\n\n- new\n'],
])('under the rules of Changesets 3 an entry is written as it writes one: %s', (_what, before, after) => {
  expect(prependChangelog(before, entry, 'a', changesets3)).toBe(after)
})

test.each([
  ['words', '# A\n\nwords\n\n## 1.0.0\n', '# A\n\n## 1.1.0\n\n- new\n\nwords\n\n## 1.0.0\n'],
  ['entries without a title', '## 1.0.0\n', '## 1.1.0\n\n- new\n## 1.0.0\n'],
])('under the rules of Changesets 2 an entry goes below the first line: %s', (_what, before, after) => {
  expect(prependChangelog(before, entry, 'a', changesets2)).toBe(after)
})

test('a byte order mark stays in front, except where Changesets looks past it', () => {
  const before = '\uFEFF## 1.0.0\n'
  expect(prependChangelog(before, entry, 'a', topsail)).toBe('\uFEFF## 1.1.0\n\n- new\n\n## 1.0.0\n')
  expect(prependChangelog(before, entry, 'a', changesets3)).toBe('\uFEFF## 1.0.0\n\n## 1.1.0\n\n- new\n')
})

test('Changesets 2 leaves empty lines to prettier; where there is none they are written', () => {
  const lines = { major: ['\n\n- a\n'], minor: [], patch: ['- b\n', '- c'] }
  expect(renderChangelogEntry('2.0.0', lines, changesets2)).toBe(
    '## 2.0.0\n### Major Changes\n\n\n\n- a\n\n\n### Patch Changes\n\n- b\n\n- c',
  )
  expect(renderChangelogEntry('2.0.0', lines, unformatted2)).toBe(
    '## 2.0.0\n\n### Major Changes\n\n- a\n\n### Patch Changes\n\n- b\n\n- c',
  )
  expect(prependChangelog('## 1.0.0\n', entry, 'a', unformatted2)).toBe('## 1.1.0\n\n- new\n\n## 1.0.0\n')
})
