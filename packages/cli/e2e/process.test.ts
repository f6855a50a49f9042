import { spawn, spawnSync } from 'node:child_process'
import {
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestWorkspace, makeWorkspace, shopFiles } from '../src/testing/workspace.ts'

const bin = process.env['TOPSAIL_BIN'] ?? fileURLToPath(new URL('../bin/topsail.js', import.meta.url))

let shop: TestWorkspace
beforeAll(() => {
  shop = makeWorkspace(shopFiles())
})
afterAll(() => shop.remove())

function topsail(args: readonly string[], options: { node?: readonly string[]; env?: Record<string, string> } = {}) {
  const env = { PATH: process.env['PATH'], HOME: shop.dir, ...options.env }
  return spawnSync(process.execPath, [...(options.node ?? []), bin, ...args], { cwd: shop.dir, encoding: 'utf8', env })
}

test('--version prints the version, --help every command', () => {
  expect(topsail(['--version'])).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    stderr: '',
  })
  const help = topsail(['--help'])
  expect(help.status).toBe(0)
  for (const name of ['plan', 'version', 'apply']) expect(help.stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
})

test('inside of the workspace the sources run as they are', () => {
  const own = fileURLToPath(new URL('../bin/topsail.js', import.meta.url))
  const env = { PATH: process.env['PATH'], HOME: shop.dir }
  const plan = spawnSync(process.execPath, [own, 'plan', '--json'], { cwd: shop.dir, encoding: 'utf8', env })
  expect({ status: plan.status, stderr: plan.stderr }).toEqual({ status: 0, stderr: '' })
  expect(JSON.parse(plan.stdout)).toMatchObject({ schema: 'topsail/plan@1' })
})

test('each command has its own help', () => {
  expect(topsail(['plan', '--help'])).toMatchObject({ status: 0, stdout: expect.stringContaining('--mermaid') })
  expect(topsail(['help', 'plan'])).toMatchObject({ status: 0, stdout: expect.stringContaining('--mermaid') })
})

test('an unknown command is wrong usage, with the closest name', () => {
  const { status, stdout, stderr } = topsail(['plam'])
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain('plan')
  expect(topsail(['help', 'plam'])).toMatchObject({ status, stdout, stderr })
})

test('no command at all is wrong usage, and the help says what there is', () => {
  const { status, stdout, stderr } = topsail([])
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain('Usage: topsail')
})

test('on an old Node one line says what is needed', () => {
  const old = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.21.1' } })`
  const { status, stdout, stderr } = topsail(['plan'], {
    node: ['--import', `data:text/javascript,${encodeURIComponent(old)}`],
  })
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toBe('topsail needs Node 22.22 or newer, and this is Node 22.21.1.\n')
})

test('colours come with FORCE_COLOR, and neither into a pipe nor with NO_COLOR', () => {
  expect(topsail(['plan'], { env: { FORCE_COLOR: '1' } }).stdout).toContain('\u001b[')
  expect(topsail(['plan']).stdout).not.toContain('\u001b[')
  expect(topsail(['plan'], { env: { NO_COLOR: '1' } }).stdout).not.toContain('\u001b[')
})

test('a reader that leaves early ends nothing badly', async () => {
  const child = spawn(process.execPath, [bin, 'plan', '--html'], { cwd: shop.dir, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += String(chunk)
  })
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
})

test('what could not be printed is told and is no success', () => {
  // Nothing can be written to what was opened for reading: like a full disk, without one.
  const unwritable = openSync(bin, 'r')
  const { status, stderr } = spawnSync(process.execPath, [bin, 'plan'], {
    cwd: shop.dir,
    encoding: 'utf8',
    stdio: ['ignore', unwritable, 'pipe'],
  })
  closeSync(unwritable)
  expect({ status, stderr }).toEqual({ status: 1, stderr: 'error: standard output cannot be written: EBADF\n' })
})

test.skipIf(process.platform === 'win32')(
  'a file that there is no room for is left as it was, and that is said',
  () => {
    writeFileSync(join(shop.dir, 'plan.json'), 'before')
    const start = 'ulimit -f 1; exec "$0" "$@"'
    for (const file of ['plan.json', 'new.json']) {
      const args = ['-c', start, process.execPath, bin, 'plan', '-o', file]
      const { status, stderr } = spawnSync('sh', args, { cwd: shop.dir, encoding: 'utf8' })
      expect({ status, code: /OUTPUT_UNWRITABLE/.test(stderr), why: /EFBIG/.test(stderr) }).toEqual({
        status: 1,
        code: true,
        why: true,
      })
    }
    expect(readFileSync(join(shop.dir, 'plan.json'), 'utf8')).toBe('before')
    expect(readdirSync(shop.dir).filter((name) => /new\.json|tmp/.test(name))).toEqual([])
    rmSync(join(shop.dir, 'plan.json'))
  },
)

test.skipIf(process.platform === 'win32')(
  'a named file keeps its mode and its link, and a device is written to',
  () => {
    const target = join(shop.dir, 'target.json')
    const link = join(shop.dir, 'link.json')
    writeFileSync(target, 'before', { mode: 0o600 })
    symlinkSync('target.json', link)
    const run = (file: string) => spawnSync(process.execPath, [bin, 'plan', '-o', file], { cwd: shop.dir }).status
    expect(run('link.json')).toBe(0)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(JSON.parse(readFileSync(target, 'utf8'))).toMatchObject({ schema: 'topsail/plan@1' })
    expect(statSync(target).mode & 0o777).toBe(0o600)
    expect(run('/dev/null')).toBe(0)
    expect(statSync('/dev/null').isFile()).toBe(false)
    for (const file of [target, link]) rmSync(file)
  },
)

test.skipIf(process.platform === 'win32')('where no more files can be opened the run ends, and says so', () => {
  const start = 'ulimit -n 24; exec "$0" "$@"'
  const { status, signal } = spawnSync('sh', ['-c', start, process.execPath, bin, 'publish'], {
    cwd: shop.dir,
    timeout: 20_000,
  })
  expect({ status, signal }).toEqual({ status: 1, signal: null })
})

test.each([
  ['never answers', 'async () => new Promise(() => {})'],
  ['ends the process', 'async () => process.exit(0)'],
  ['throws later', "async () => { setTimeout(() => { throw new Error('later') }); return new Promise(() => {}) }"],
])('a changelog generator that %s is no success, and nothing is written', (_, line) => {
  const files = {
    ...shopFiles(),
    '.changeset/config.json': '{ "changelog": "./lines.mjs" }',
    '.changeset/lines.mjs': `export const getReleaseLine = ${line}\nexport const getDependencyReleaseLine = getReleaseLine\n`,
  }
  const other = makeWorkspace(files)
  other.commit('feat: everything')
  const args = [bin, 'version', '--no-lockfile', '--allow-dirty']
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: other.dir, encoding: 'utf8' })
  const changed = other.git('status', '--porcelain')
  other.remove()
  expect({ status, changed }).toEqual({ status: 70, changed: '' })
  expect(stderr).toMatch(/^bug {2}/)
})

test('a changelog generator that takes the end of the process away does not keep it', () => {
  const taken = "process.exit = () => { throw new Error('nobody leaves') }"
  const other = makeWorkspace({
    ...shopFiles(),
    '.changeset/config.json': '{ "changelog": "./lines.mjs" }',
    '.changeset/lines.mjs': `${taken}\nexport const getReleaseLine = async () => ''\nexport const getDependencyReleaseLine = getReleaseLine\n`,
  })
  other.commit('feat: everything')
  const args = [bin, 'version', '--no-lockfile', '--allow-dirty']
  const { status, signal, stderr } = spawnSync(process.execPath, args, {
    cwd: other.dir,
    encoding: 'utf8',
    timeout: 20_000,
  })
  other.remove()
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' })
})
