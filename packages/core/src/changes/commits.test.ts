import { expect, test } from 'vitest'
import { commitPresetOf } from './commit-presets.ts'
import { messageReader, type Message } from './commits.ts'
import { defaultSettings, type CommitPresetName } from '../settings.ts'

const presetOf = (preset: CommitPresetName) => commitPresetOf({ ...defaultSettings, commits: { preset, types: {} } })
const read = (text: string, preset: CommitPresetName = 'conventional'): Message => messageReader(presetOf(preset))(text)

/** `feat(api)! x` for each statement. */
const said = (text: string, preset?: CommitPresetName): readonly string[] =>
  read(text, preset).statements.map(
    ({ type, scope, breaking, summary }) =>
      `${type}${scope === undefined ? '' : `(${scope})`}${breaking ? '!' : ''} ${summary}`,
  )

test('a header has a type, perhaps a scope, perhaps an exclamation mark', () => {
  expect(said('feat: a pool')).toEqual(['feat a pool'])
  expect(said('fix(db): a leak\n\nlong story')).toEqual(['fix(db) a leak'])
  expect(said('feat!: a pool')).toEqual(['feat! a pool'])
  expect(said('refactor(db)!: drop the pool (#12)')).toEqual(['refactor(db)! drop the pool (#12)'])
})

test('scopes hold @, / and commas', () => {
  expect(said('feat(@acme/api, db): x')).toEqual(['feat(@acme/api, db) x'])
  expect(said('fix(core/parser)!: x')).toEqual(['fix(core/parser)! x'])
})

test('breaking footers count in both spellings, and prose about them does not', () => {
  expect(said('fix: x\n\nBREAKING CHANGE: the pool is gone')).toEqual(['fix! x'])
  expect(said('fix: x\r\n\r\nBREAKING-CHANGE: the pool is gone')).toEqual(['fix! x'])
  expect(said('fix: x\n\nThis is no BREAKING CHANGE: it says so itself')).toEqual(['fix x'])
})

test('conventional lines of a squash body are statements, and a footer belongs to the one above it', () => {
  const body = '* feat(api): a route\n\ndetails\n\nBREAKING CHANGE: the old one is gone\n\n* fix: a leak\n- chore: x'
  expect(said(`refactor: everything (#12)\n\n${body}`)).toEqual([
    'refactor everything (#12)',
    'feat(api)! a route',
    'fix a leak',
    'chore x',
  ])
})

test('trailers and prose with colons are not statements', () => {
  expect(said('feat: x\n\nCo-authored-by: A <a@b.c>\nNote: read this\nSee: https://x.y')).toEqual(['feat x'])
})

test('a message that is not conventional has no statements, whatever it holds', () => {
  for (const text of ['', '\n\n', ' ', '\0', 'Update x', 'feat:', 'feat', ':', '!: x', '(a): x', 'feat(a: x']) {
    expect(said(text)).toEqual([])
  }
})

test('names of things every object has are types like any other', () => {
  expect(said('constructor: x')).toEqual(['constructor x'])
  expect(said('feat: x\n\n* __proto__: y\n* toString: z')).toEqual(['feat x'])
})

test('a merge commit speaks with the title of its pull request', () => {
  const message = read('Merge pull request #12 from acme/pool\n\nfeat(db): a pool\n')
  expect(message).toMatchObject({ merge: true, pull: '12', statements: [{ type: 'feat', scope: 'db' }] })
  expect(read("Merge branch 'main' into pool")).toMatchObject({ merge: true, statements: [] })
  expect(read("Merge branch 'pool' into 'main'\n\nfeat: a pool\n\nSee merge request acme/shop!34")).toMatchObject({
    merge: true,
    pull: '34',
    statements: [{ type: 'feat' }],
  })
  expect(read('Merged PR 56: fix: a leak')).toMatchObject({ merge: false, pull: '56', statements: [{ type: 'fix' }] })
})

test('reverts are told by hash, by pull request and by quoted subject', () => {
  const hash = '0c9f1d2e3b4a5968778695a4b3c2d1e0f9a8b7c6'
  expect(read(`Revert "feat: x"\n\nThis reverts commit ${hash}.`).reverts).toEqual([{ kind: 'hash', hash }])
  expect(read('Revert "feat: x"\n\nThis reverts commit 0c9f1d2.').reverts).toEqual([{ kind: 'hash', hash: '0c9f1d2' }])
  expect(read(`chore: undo\n\nThis reverts commit ${hash}, reversing\nchanges made to x.`).reverts).toHaveLength(1)
  expect(read('Revert "feat: x (#1)" (#2)\n\nReverts acme/shop#1').reverts).toEqual([
    { kind: 'pull', pull: '1' },
    { kind: 'subject', subject: 'feat: x (#1)' },
  ])
  expect(read('revert: feat: x').reverts).toEqual([{ kind: 'subject', subject: 'feat: x' }])
  expect(read('Reapply "feat: x"').reverts).toEqual([{ kind: 'subject', subject: 'Revert "feat: x"' }])
  expect(read('feat: revert to x').reverts).toEqual([])
})

test('the lerna preset reads as its default changelog preset does: no exclamation mark, one spelling', () => {
  expect(said('feat!: x', 'lerna')).toEqual([])
  expect(said('feat: x\n\nBREAKING CHANGE: y', 'lerna')).toEqual(['feat! x'])
  expect(said('feat: x\n\nBREAKING-CHANGE: y', 'lerna')).toEqual(['feat x'])
  expect(said('feat: x\n\n* fix: y', 'lerna')).toEqual(['feat x'])
  expect(messageReader(presetOf('lerna'), true)('feat!: x').statements).toMatchObject([{ breaking: true }])
})

test('the nx preset breaks on the words anywhere in the body, and a named revert is one', () => {
  expect(said('fix(a): x\n\nsome BREAKING CHANGE: here', 'nx')).toEqual(['fix(a)! x'])
  expect(said('fix: x\n\nBREAKING-CHANGE: y', 'nx')).toEqual(['fix x'])
  expect(said(`feat: x\n\nThis reverts commit ${'a'.repeat(40)}.`, 'nx')).toEqual(['revert x'])
})

test('the release-please preset takes trailing footers and conventional paragraphs for commits, but no bullets', () => {
  expect(said('feat: a\n\nfix(b): c', 'release-please')).toEqual(['feat a', 'fix(b) c'])
  expect(said('feat: a\n\ntext\n\nfix(b)!: c\nCo-authored-by: X <y@z>', 'release-please')).toEqual([
    'fix(b)! c',
    'Co-authored-by X <y@z>',
    'feat a',
  ])
  expect(said('feat: a\n\n* fix: b', 'release-please')).toEqual(['feat a'])
  expect(said('x\n\nBEGIN_COMMIT_OVERRIDE\nfix: b\nEND_COMMIT_OVERRIDE', 'release-please')).toEqual(['fix b'])
  expect(said('chore: a\nBEGIN_NESTED_COMMIT\nfeat: b\nEND_NESTED_COMMIT', 'release-please')).toEqual([
    'chore a',
    'feat b',
  ])
  expect(read('chore: release\n\nRelease-As: 2.0.0', 'release-please').releaseAs).toBe('2.0.0')
})

test('the release-please preset drops a message with an unclosed parenthesis behind the first word of a line', () => {
  expect(said('feat: a\n\nuse(this(now))\n\nthat is all', 'release-please')).toEqual([])
  expect(said('feat: a\n\nuse() this now\n\nthat is all', 'release-please')).toEqual(['feat a'])
})

const hostile = [
  'a',
  '(',
  'a(',
  'feat(',
  '\n',
  ' ',
  '\0',
  '"',
  'a: b\n c: d\n',
  'feat: a\n',
  '* fix: b\n',
  'BREAKING CHANGE: c\n',
  'x\n\nfeat: y\n\n',
  'See merge request a',
  'BEGIN_NESTED_COMMIT',
  'Reverts a/b',
]

test('messages of a megabyte of one thing, and of ten of everything, are read', () => {
  for (const preset of ['conventional', 'lerna', 'release-please', 'nx'] as const) {
    const everything = hostile.map((part) => part.repeat(10_000_000 / hostile.length / part.length)).join('')
    for (const text of [everything, ...hostile.map((part) => part.repeat(1_000_000 / part.length))]) {
      for (const message of [text, `feat: x\n\n${text}`]) {
        expect(read(message, preset).statements.length).toBeLessThanOrEqual(1001)
      }
    }
  }
})
