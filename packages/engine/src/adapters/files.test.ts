import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createFolder, type WorkspaceFolder } from '../testing/workspace-folder.ts'
import { diskFiles } from './disk-files.ts'
import { memoryFiles } from './memory-files.ts'

const tree = {
  'package.json': '{}',
  'packages/a/package.json': '\uFEFF{}\r\n',
  'packages/b/ü y.md': 'ü',
  '.changeset/x.md': '',
}

let folder: WorkspaceFolder
beforeAll(() => {
  folder = createFolder(tree)
})
afterAll(() => folder.close())

describe.each([
  ['disk', () => diskFiles(folder.root)],
  ['memory', () => memoryFiles(tree)],
])('files on %s', (_, files) => {
  test('give a text as it is, its byte order mark and line ends included', () => {
    expect(files().read('packages/a/package.json')).toBe('\uFEFF{}\r\n')
    expect(files().read('./packages/b/ü y.md')).toBe('ü')
  })

  test('have no text for what is absent, a folder, or below a file', () => {
    expect(['nothing', 'packages', 'package.json/x'].map((path) => files().read(path))).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('list a folder sorted by name, hidden entries included', () => {
    expect(
      files()
        .entries('.')
        .map(({ name, kind }) => [name, kind]),
    ).toEqual([
      ['.changeset', 'directory'],
      ['package.json', 'file'],
      ['packages', 'directory'],
    ])
    expect(
      files()
        .entries('packages/')
        .map(({ name }) => name),
    ).toEqual(['a', 'b'])
    expect(files().entries('nothing')).toEqual([])
    expect(files().entries('package.json')).toEqual([])
  })

  test('refuse every path that leaves the folder', () => {
    for (const path of ['../x', 'packages/../../x', '/etc/hostname', 'a\0b', 'C:/x', '..\\x', '..']) {
      expect(files().read(path)).toBeUndefined()
      expect(files().entries(path)).toEqual([])
      expect(files().look(path)).toEqual({ kind: 'outside' })
    }
  })

  test('say what lies at a path', () => {
    expect(files().look('packages').kind).toBe('directory')
    expect(files().look('package.json').kind).toBe('file')
    expect(files().look('nothing').kind).toBe('absent')
  })
})

describe('symbolic links', () => {
  let outside: string
  let inside: WorkspaceFolder
  beforeAll(() => {
    outside = mkdtempSync(join(tmpdir(), 'topsail-outside-'))
    writeFileSync(join(outside, 'secret.json'), '{"secret":true}')
    inside = createFolder({ 'real/package.json': '{"name":"real"}', 'folder/x': '' })
    const link = (target: string, path: string): void => symlinkSync(target, join(inside.root, path))
    link(outside, 'away')
    link(join(outside, 'secret.json'), 'secret.json')
    link('real', 'inside')
    link('../real/package.json', 'folder/package.json')
    link('.', 'loop')
    link('round', 'round')
    link('nowhere', 'dangling')
    mkdirSync(join(inside.root, 'dir.json'))
  })
  afterAll(() => {
    inside.close()
    rmSync(outside, { recursive: true, force: true })
  })

  test('that leave the folder are not followed, neither the last nor one on the way', () => {
    const files = diskFiles(inside.root)
    expect(files.read('secret.json')).toBeUndefined()
    expect(files.read('away/secret.json')).toBeUndefined()
    expect(files.look('away/secret.json').kind).toBe('outside')
    expect(files.entries('away')).toEqual([])
    expect(files.entries('.').find(({ name }) => name === 'away')?.kind).toBe('outside')
  })

  test('that stay inside are followed, and tell where they end', () => {
    const files = diskFiles(inside.root)
    expect(files.read('inside/package.json')).toBe('{"name":"real"}')
    expect(files.read('folder/package.json')).toBe('{"name":"real"}')
    expect(files.entries('.').find(({ name }) => name === 'inside')).toEqual({
      name: 'inside',
      kind: 'directory',
      target: 'real',
    })
    expect(files.read('loop/loop/loop/real/package.json')).toBe('{"name":"real"}')
  })

  test('that end nowhere cannot be read, and what is asked for below them is not there', () => {
    const files = diskFiles(inside.root)
    const unreadable = { kind: 'unreadable', detail: 'a symbolic link that leads nowhere' }
    expect([files.look('round'), files.look('dangling')]).toEqual([unreadable, unreadable])
    expect(files.look('dangling/x')).toEqual({ kind: 'absent' })
    expect([files.read('round/x'), files.read('dangling'), files.read('round')]).toEqual(Array(3).fill(undefined))
  })
})

test.skipIf(process.platform === 'win32')('a named pipe is no file, and is not waited for', () => {
  execFileSync('mkfifo', [join(folder.root, 'pipe.json')])
  expect(diskFiles(folder.root).read('pipe.json')).toBeUndefined()
  expect(diskFiles(folder.root).look('pipe.json').kind).toBe('unreadable')
})

test('a file of other bytes than UTF-8 has no text', () => {
  writeFileSync(join(folder.root, 'latin.md'), Buffer.from([0x66, 0xfc, 0x72]))
  writeFileSync(join(folder.root, 'replaced.md'), 'a \uFFFD that somebody wrote')
  expect(diskFiles(folder.root).read('latin.md')).toBeUndefined()
  expect(diskFiles(folder.root).read('replaced.md')).toBe('a \uFFFD that somebody wrote')
})
