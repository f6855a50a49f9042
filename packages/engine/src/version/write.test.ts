import { spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { FileEdit } from '@topsail/core'
import { afterEach, expect, test } from 'vitest'
import { countingDisk, readTree } from '../testing/tree.ts'
import { realDisk, type Disk } from './disk.ts'
import { markOf, type ProcessMark } from '../adapters/process-mark.ts'
import { newJournal, recoverWrites, undoJournalPath } from './undo-journal.ts'
import { writeAll } from './write.ts'

const before = {
  'package.json': '{}\n',
  'packages/a/package.json': '{"version":"1.0.0"}\r\n',
  'packages/a/CHANGELOG.md': '\uFEFF# ä\n',
  'packages/a/README.md': 'shrinks to a part of itself\n',
  '.changeset/x.md': '---\n"a": patch\n---\n',
}
const after = {
  'package.json': '{}\n',
  'packages/a/package.json': '{"version":"1.0.1"}\r\n',
  'packages/a/CHANGELOG.md': '\uFEFF# ä\n\n## 1.0.1 – 漢字\n',
  'packages/a/README.md': 'shrinks\n',
  '.changeset/pre/deep/x.md': '---\n"a": patch\n---\n',
}
const edits: readonly FileEdit[] = [...new Set([...Object.keys(before), ...Object.keys(after)])].map((path) => ({
  path,
  before: (before as Record<string, string>)[path],
  after: (after as Record<string, string>)[path],
}))

const killedWrite = join(import.meta.dirname, '../testing/killed-write.ts')

const made: string[] = []
afterEach(() => {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true })
})

test('all files are written and nothing else is left in the tree or the git folder', async () => {
  const root = newTree()
  expect(await writeAll({ root, edits })).toEqual([])
  expect(readTree(root)).toEqual(after)
  expect(readTree(join(root, '.git'))).toEqual({ HEAD: 'ref: refs/heads/main\n' })
})

test('without git the journal lies beside the root manifest while files are written', async () => {
  const root = newTree()
  rmSync(join(root, '.git'), { recursive: true })
  let during: readonly string[] = []
  const afterwards = async () => {
    during = Object.keys(readTree(root))
  }
  expect(await writeAll({ root, edits, afterwards })).toEqual([])
  expect(during).toContain('.topsail-undo.json')
  expect(readTree(root)).toEqual(after)
})

test('the folder of pre mode goes with its last changeset, and comes back when that is undone', async () => {
  const root = newTree()
  await writeAll({ root, edits })
  const last = { path: '.changeset/pre/deep/x.md', before: after['.changeset/pre/deep/x.md'], after: undefined }
  const afterwards = async () => {
    expect(existsSync(join(root, '.changeset/pre/deep'))).toBe(false)
    throw new Error('no')
  }
  await writeAll({ root, edits: [last], afterwards })
  expect(readTree(root)).toEqual(after)
  expect(await writeAll({ root, edits: [last] })).toEqual([])
  expect(existsSync(join(root, '.changeset/pre/deep'))).toBe(false)
})

test('a file keeps its permissions', async () => {
  const root = newTree()
  chmodSync(join(root, 'packages/a/package.json'), 0o600)
  await writeAll({ root, edits })
  expect(statSync(join(root, 'packages/a/package.json')).mode & 0o777).toBe(0o600)
})

test('when what follows the writing fails, every file is put back, those it touched too', async () => {
  const root = newTree()
  const lockfile = { 'pnpm-lock.yaml': 'old\n' }
  writeFileSync(join(root, 'pnpm-lock.yaml'), 'old\n')
  const problems = await writeAll({
    root,
    edits,
    alsoTouched: ['pnpm-lock.yaml', 'packages/a/CHANGELOG.md'],
    afterwards: async () => {
      writeFileSync(join(root, 'pnpm-lock.yaml'), 'half')
      writeFileSync(join(root, 'packages/a/CHANGELOG.md'), 'formatted')
      throw new Error('no space left')
    },
  })
  expect(problems).toMatchObject([{ code: 'WRITE_FAILED', detail: 'no space left', kept: [] }])
  expect(readTree(root)).toEqual({ ...before, ...lockfile })
})

test.skipIf(process.platform === 'win32')(
  'a file that may not be written is replaced, with its permissions',
  async () => {
    const root = newTree()
    chmodSync(join(root, 'packages/a/package.json'), 0o444)
    expect(await writeAll({ root, edits })).toEqual([])
    expect(readTree(root)).toEqual(after)
    expect(statSync(join(root, 'packages/a/package.json')).mode & 0o777).toBe(0o444)
  },
)

test('another name of a file keeps what it holds', async () => {
  const outside = newTree()
  const root = newTree()
  rmSync(join(outside, 'package.json'))
  linkSync(join(root, 'packages/a/package.json'), join(outside, 'package.json'))
  expect(await writeAll({ root, edits })).toEqual([])
  expect(readTree(root)).toEqual(after)
  expect(readTree(outside)['package.json']).toBe(before['packages/a/package.json'])
})

test('a file that is no longer what the plan was made from stops everything', async () => {
  const root = newTree()
  writeFileSync(join(root, 'packages/a/CHANGELOG.md'), '# other\n')
  const problems = await writeAll({ root, edits })
  expect(problems.map(({ code, place }) => [code, place?.file])).toEqual([
    ['FILE_CHANGED_MEANWHILE', 'packages/a/CHANGELOG.md'],
  ])
  expect(readTree(root)).toEqual({ ...before, 'packages/a/CHANGELOG.md': '# other\n' })
})

test('a file that is not UTF-8 is refused, for it could not be put back', async () => {
  const root = newTree()
  writeFileSync(join(root, 'packages/a/CHANGELOG.md'), Buffer.from([0x23, 0xff, 0xfe]))
  expect((await writeAll({ root, edits })).map(({ code }) => code)).toEqual(['FILE_NOT_TEXT'])
})

test.skipIf(process.platform === 'win32')('links are never written through', async () => {
  const outside = newTree()
  const root = newTree()
  rmSync(join(root, 'packages/a/CHANGELOG.md'))
  symlinkSync(join(outside, 'packages/a/CHANGELOG.md'), join(root, 'packages/a/CHANGELOG.md'))
  rmSync(join(root, '.changeset'), { recursive: true })
  symlinkSync(join(outside, '.changeset'), join(root, '.changeset'))
  // A link in the place of a staged file must not be followed either.
  symlinkSync(join(outside, 'package.json'), join(root, 'packages/a/package.json.topsail-new'))
  const problems = await writeAll({ root, edits })
  expect(problems.map(({ code, place }) => [code, place?.file])).toEqual([
    ['WRITE_TARGET_UNSAFE', 'packages/a/CHANGELOG.md'],
    ['WRITE_TARGET_UNSAFE', '.changeset/x.md'],
    ['WRITE_TARGET_UNSAFE', '.changeset/pre/deep/x.md'],
  ])
  await writeAll({ root, edits: edits.filter(({ path }) => path === 'packages/a/package.json') })
  expect(readTree(outside)).toEqual(before)
})

test.each(['../x.md', '/etc/x.md', 'packages/../../x.md', 'C:/x.md'])('%s is never written', async (path) => {
  const root = newTree()
  const problems = await writeAll({ root, edits: [{ path, before: undefined, after: 'x' }] })
  expect(problems.map(({ code }) => code)).toEqual(['WRITE_TARGET_UNSAFE'])
})

test('two runs at once: the second one is told', async () => {
  const root = newTree()
  // The parent of this process is alive as long as this test is.
  await writeJournalOf(root, markOf(process.ppid))
  const problems = await writeAll({ root, edits })
  expect(problems).toMatchObject([{ code: 'VERSION_IN_PROGRESS', pid: process.ppid }])
})

test.skipIf(process.platform !== 'linux').each<readonly [string, Partial<ProcessMark>]>([
  ['whose id another process has by now', { pid: process.ppid }],
  ['of before the machine was started again', { ...markOf(process.ppid), boot: 'another' }],
  ['of another container of this name', { ...markOf(process.ppid), pids: 'pid:[1]' }],
])('a cut off run %s is put back', async (_, mark) => {
  const root = newTree()
  await writeJournalOf(root, mark)
  expect(recoverWrites(root, realDisk)).toMatchObject({ kind: 'restored', kept: [] })
  expect(readTree(root)).toEqual(before)
})

test('files that somebody changed after a cut off run are left alone, and named', async () => {
  const root = newTree()
  await dieBefore(root, 'end')
  writeFileSync(join(root, 'packages/a/package.json'), '{"mine":true}')
  const recovery = recoverWrites(root, realDisk)
  expect(recovery).toMatchObject({ kind: 'restored', kept: ['packages/a/package.json'] })
  expect(readTree(root)).toEqual({ ...before, 'packages/a/package.json': '{"mine":true}' })
})

test('a journal that cannot be read is removed and changes nothing', () => {
  const root = newTree()
  mkdirSync(dirname(undoJournalPath(root)), { recursive: true })
  writeFileSync(undoJournalPath(root), '{"schema":"topsail/undo@1","files":[{"path":"../x"')
  expect(recoverWrites(root, realDisk)).toEqual({ kind: 'restored', files: [], kept: [] })
  expect(recoverWrites(root, realDisk)).toEqual({ kind: 'clean' })
  expect(readTree(root)).toEqual(before)
})

test.skipIf(process.platform === 'win32')('a journal laid into a tree without git leads nowhere else', () => {
  const outside = newTree()
  const root = newTree()
  rmSync(join(root, '.git'), { recursive: true })
  symlinkSync(outside, join(root, 'elsewhere'))
  symlinkSync(join(outside, 'package.json'), join(root, 'link.json'))
  const files = ['elsewhere/package.json', 'link.json'].map((path) => ({ path, before: 'mine', mode: null }))
  writeFileSync(undoJournalPath(root), JSON.stringify(newJournal(files, ['elsewhere/empty'])))
  mkdirSync(join(outside, 'empty'))
  expect(recoverWrites(root, realDisk)).toEqual({
    kind: 'restored',
    files: [],
    kept: ['elsewhere/package.json', 'link.json'],
  })
  expect(readTree(outside)).toEqual(before)
  expect(existsSync(join(outside, 'empty'))).toBe(true)
})

test('the world may stop before any call, and again before any call of the recovery: all old or all new', async () => {
  const calls = await dieBefore(newTree(), 'end')
  expect(calls).toBeGreaterThan(10)
  for (let first = 1; first <= calls; first += 1) {
    for (let second = 1; ; second += 1) {
      const root = newTree()
      await dieBefore(root, first)
      const recovery = countingDisk(second)
      const died = throws(() => recoverWrites(root, recovery.disk))
      recoverWrites(root, realDisk)
      expect(readTree(root), `killed before call ${first}, then ${second}`).toEqual(before)
      expect(Object.keys(readTree(join(root, '.git')))).toEqual(['HEAD'])
      rmSync(root, { recursive: true })
      if (!died) break
    }
  }
})

test('on a disk that becomes full, what was added makes room for what is put back', async () => {
  const root = newTree()
  const added = ['b', 'c'].map((name) => ({
    path: `packages/${name}/CHANGELOG.md`,
    before: undefined,
    after: 'x'.repeat(500),
  }))
  const most = sizeOf(root) + 700
  const disk: Disk = {
    ...realDisk,
    write(path, text, mode) {
      const room = most - sizeOf(root)
      realDisk.write(path, text.slice(0, room), mode)
      if (text.length > room) throw new Error('ENOSPC')
    },
  }
  const problems = await writeAll({ root, edits: [...edits, ...added], disk })
  expect(problems).toMatchObject([{ code: 'WRITE_FAILED', detail: 'ENOSPC', kept: [] }])
  expect(readTree(root)).toEqual(before)
})

test('a folder that may only be read leaves nothing to be put back', async () => {
  const root = newTree()
  const isThere = (path: string): boolean => realDisk.modeOf(path) !== undefined
  const refuse = (path: string): never => {
    throw new Error(`EROFS: ${isThere(path) ? 'a file' : 'nothing'}`)
  }
  const disk: Disk = {
    ...realDisk,
    overwrite: refuse,
    write: refuse,
    remove: (path) => (path.startsWith(join(root, '.git')) ? realDisk.remove(path) : refuse(path)),
  }
  expect(await writeAll({ root, edits, disk })).toMatchObject([{ code: 'WRITE_FAILED', kept: [] }])
  expect(readTree(root)).toEqual(before)
})

test('on a disk without room for one more file, what was written over is put back in its place', async () => {
  const root = newTree()
  const disk: Disk = {
    ...realDisk,
    write(path, _, mode) {
      realDisk.write(path, '', mode)
      throw new Error('ENOSPC')
    },
  }
  const problems = await writeAll({ root, edits: edits.filter(({ after }) => after !== undefined), disk })
  expect(problems).toMatchObject([{ code: 'WRITE_FAILED', detail: 'ENOSPC', kept: [] }])
  expect(readTree(root)).toEqual(before)
})

test.each([1, 7, 9, 15, 20, 1000])('a file of which %d bytes were written is put back', async (halfway) => {
  const calls = await dieBefore(newTree(), 'end')
  for (let call = 1; call <= calls; call += 1) {
    const root = newTree()
    await writeAll({ root, edits, disk: countingDisk(call, undefined, halfway).disk })
    const recovery = recoverWrites(root, realDisk)
    expect(recovery.kind === 'restored' ? recovery.kept : []).toEqual([])
    expect(readTree(root), `stopped in call ${call}`).toEqual(before)
  }
})

test('a process killed before any call leaves a tree that the next run puts back', async () => {
  const calls = await dieBefore(newTree(), 'end')
  for (let call = 1; call <= calls; call += 1) {
    const root = newTree()
    const child = spawnSync(process.execPath, [killedWrite, root, String(call)], {
      input: JSON.stringify(edits),
      encoding: 'utf8',
    })
    expect([child.signal, child.stderr]).toEqual(['SIGKILL', ''])
    recoverWrites(root, realDisk)
    expect(readTree(root), `killed before call ${call}`).toEqual(before)
  }
})

test.skipIf(process.platform === 'win32')('a process that is told to end puts every file back first', async () => {
  const root = newTree()
  const child = spawn(process.execPath, [killedWrite, root, 'wait'], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify(edits))
  child.stdout.once('data', () => child.kill('SIGTERM'))
  const signal = await new Promise((resolve) => child.on('close', (_code, by) => resolve(by)))
  expect(signal).toBe('SIGTERM')
  expect(readTree(root)).toEqual(before)
  expect(recoverWrites(root, realDisk)).toEqual({ kind: 'clean' })
})

/** Nothing works from the given call on, `end` being the last one; gives the number of calls that writing takes. */
async function dieBefore(root: string, call: number | 'end'): Promise<number> {
  const whole = countingDisk(Infinity)
  if (call === 'end') await writeAll({ root: newTree(), edits, disk: whole.disk })
  const { disk } = countingDisk(call === 'end' ? whole.count() : call)
  const [problem] = await writeAll({ root, edits, disk })
  expect(problem?.code).toMatch(/^WRITE_(?:FAILED|LEFT_OPEN)$/)
  return whole.count()
}

async function writeJournalOf(root: string, mark: Partial<ProcessMark>): Promise<void> {
  await dieBefore(root, 'end')
  const journal = JSON.parse(readFileSync(undoJournalPath(root), 'utf8'))
  writeFileSync(undoJournalPath(root), JSON.stringify({ ...journal, ...mark }))
}

function throws(act: () => void): boolean {
  try {
    act()
    return false
  } catch {
    return true
  }
}

function sizeOf(root: string): number {
  return Object.values(readTree(root)).reduce((size, text) => size + Buffer.byteLength(text), 0)
}

function newTree(): string {
  const root = mkdtempSync(join(tmpdir(), 'topsail-write-'))
  made.push(root)
  mkdirSync(join(root, '.git'))
  writeFileSync(join(root, '.git/HEAD'), 'ref: refs/heads/main\n')
  for (const [path, text] of Object.entries(before)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  return root
}
