import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { diskFiles } from '../adapters/disk-files.ts'
import { memoryFiles } from '../adapters/memory-files.ts'
import type { Git } from '../ports.ts'
import { createFolder } from '../testing/workspace-folder.ts'
import { isChangesetPath, readChangesets } from './changesets.ts'
import { planWorkspace } from './read-snapshot.ts'

const read = (files: Readonly<Record<string, string>>) => readChangesets(memoryFiles(files))

test('the files of both folders are read, with the ids that Changesets gives them', () => {
  const text = '---\r\n"a": minor\r\n---\r\n'
  const { changesets, problems } = read({
    '.changeset/cats.md': text,
    '.changeset/pre/dogs.md': '',
    '.changeset/ünï cöde.md': '',
  })
  expect(changesets).toEqual([
    { id: 'cats', path: '.changeset/cats.md', text },
    { id: 'ünï cöde', path: '.changeset/ünï cöde.md', text: '' },
    { id: 'pre/dogs', path: '.changeset/pre/dogs.md', text: '' },
  ])
  expect(problems).toEqual([])
})

test.each([
  'README.md',
  'readme.md',
  'AGENTS.md',
  'CLAUDE.md',
  'GEMINI.md',
  '.hidden.md',
  'config.json',
  'notes.txt',
  'x.MD',
  'deep/er.md',
])('%s is no changeset', (name) => {
  expect(read({ [`.changeset/${name}`]: '' }).changesets).toEqual([])
  expect(isChangesetPath(`.changeset/${name}`)).toBe(false)
})

test('a repository without the folder has no changesets', () => {
  expect(read({})).toEqual({ changesets: [], pre: undefined, problems: [] })
})

test('a file that is too large, no text, or a link out of the workspace is told and left out', () => {
  const outside = createFolder({ 'x.md': '' })
  const folder = createFolder({ '.changeset/good.md': '', '.changeset/large.md': 'x'.repeat(1024 * 1024 + 1) })
  onTestFinished(() => [outside, folder].forEach((one) => one.close()))
  writeFileSync(join(folder.root, '.changeset/latin.md'), Buffer.from([0xe9, 0x0a]))
  symlinkSync(join(outside.root, 'x.md'), join(folder.root, '.changeset/link.md'))
  symlinkSync('nowhere', join(folder.root, '.changeset/dangling.md'))
  const { changesets, problems } = readChangesets(diskFiles(folder.root))
  expect(changesets.map(({ id }) => id)).toEqual(['good'])
  expect(problems.map(({ code, severity, place }) => [code, severity, place?.file])).toEqual([
    ['FILE_TOO_LARGE', 'quarantined', '.changeset/large.md'],
    ['FILE_UNREADABLE', 'quarantined', '.changeset/latin.md'],
    ['PATH_OUTSIDE_WORKSPACE', 'quarantined', '.changeset/link.md'],
  ])
})

describe('the state of pre mode', () => {
  const pre = (text: string) => read({ '.changeset/pre.json': text })

  test('of the third generation', () => {
    expect(pre('{"mode":"exit","tag":"beta"}').pre).toEqual({ mode: 'exit', tag: 'beta' })
  })

  test('of the second generation, with packages that had no version', () => {
    const text =
      '{"mode":"pre","tag":"next","initialVersions":{"a":"1.0.0","b":null,"__proto__":"2.0.0"},"changesets":["cats"]}'
    const { pre: state, problems } = pre(text)
    expect(problems).toEqual([])
    expect(Object.entries(state?.initialVersions ?? {})).toEqual([
      ['a', '1.0.0'],
      ['b', null],
      ['__proto__', '2.0.0'],
    ])
    expect(state?.changesets).toEqual(['cats'])
  })

  test('keys of other tools, and packages that had no version, keep their place in the pre.json of the next prerelease', async () => {
    const versions = { gone: null, a: '1.0.0' }
    const before = { mode: 'pre', tag: 'next', initialVersions: versions, branch: 'v2', changesets: ['cats'] }
    const files = memoryFiles({
      'package.json': '{"name": "a", "version": "1.0.1-next.0"}',
      'package-lock.json': '',
      '.changeset/pre.json': JSON.stringify(before),
      '.changeset/cats.md': '---\n"a": patch\n---\n',
      '.changeset/dogs.md': '---\n"a": patch\n---\n',
    })
    const git: Git = async () => ({ kind: 'missing', detail: 'no git here' })
    const { plan } = await planWorkspace({ cwd: '.', files, git, rules: 'changesets@2', sources: 'changesets' })
    expect(plan.preState).toBe(`${JSON.stringify({ ...before, changesets: ['cats', 'dogs'] }, null, 2)}\n`)
  })

  test.each([
    ['', 1],
    ['[]', 1],
    ['null', 1],
    ['{\n"mode": "pre",\n', 3],
    ['{\n"tag": "x"}', 1],
    ['{\n"mode": "on",\n"tag": "x"}', 2],
    ['{"mode": "pre",\n"tag": ""}', 2],
    ['{"mode": "pre",\n"tag": "../x"}', 2],
    ['{"mode": "pre",\n"tag": 1}', 2],
    ['{"mode": "pre", "tag": "x",\n"initialVersions": []}', 2],
    ['{"mode": "pre", "tag": "x",\n"changesets": [1]}', 2],
  ])('%j is none, and the line is told', (text, line) => {
    expect(pre(text)).toMatchObject({
      pre: undefined,
      problems: [{ code: 'PRE_STATE_INVALID', severity: 'error', place: { file: '.changeset/pre.json', line } }],
    })
  })
})
