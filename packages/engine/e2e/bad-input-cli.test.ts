/**
 * Every fifteenth row of the tables through the real command line, which also writes: it ends with 0 or 1, prints no
 * stack trace and nothing that steers a terminal, and changes nothing around the workspace.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { tables } from './bad-input/tables.ts'
import { buildWorld, listTree, type BadInput } from './bad-input/world.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'topsail-bad-input-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const bin = process.env['TOPSAIL_BIN'] ?? fileURLToPath(new URL('../../cli/bin/topsail.js', import.meta.url))
const all = Object.values(tables).flat()

test.each(all.filter((_, index) => index % 15 === 0).map((input) => [input.name, input] as const))(
  'the command line survives: %s',
  (_, input) => {
    const outer = mkdtempSync(join(root, 'w-'))
    const dir = buildWorld(outer, input)
    const around = listTree(outer, dir)
    const plan = topsail(dir, ['plan', '--json'])
    expect(JSON.parse(plan.stdout)).toMatchObject({ schema: 'topsail/plan@1' })
    topsail(dir, ['version'])
    expect(listTree(outer, dir)).toEqual(around)
    rmSync(outer, { recursive: true, force: true })
  },
)

const yaml = ['"@acme/a": !!str minor', '[a]: minor', '? {a: b}\n: minor', '%FOO bar\n---\n"@acme/a": minor']

test.each(yaml)('front matter beyond names and bumps brings no warning of Node: %j', (lines) => {
  const outer = mkdtempSync(join(root, 'w-'))
  const files = {
    '.changeset/odd.md': `---\n${lines}\n---\n\nOdd.\n`,
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n[a]: !x b\n',
  }
  const dir = buildWorld(outer, { name: lines, files, codes: [] })
  const { stdout, stderr } = topsail(dir, ['plan', '--json', '--sources', 'changesets'])
  expect(stdout).toContain('CHANGESET_MALFORMED')
  expect(stderr).not.toContain('Warning')
})

const pipes = [
  'packages/c/package.json',
  '.changeset/pipe.md',
  '.changeset/pre.json',
  'topsail.json',
  'pnpm-workspace.yaml',
]

test.skipIf(process.platform === 'win32').each(pipes)('a named pipe where %s should be is not waited for', (path) => {
  const input: BadInput = { name: path, files: { 'packages/c': 'folder', [path]: undefined }, codes: [] }
  const outer = mkdtempSync(join(root, 'w-'))
  const dir = buildWorld(outer, input)
  execFileSync('mkfifo', [join(dir, path)])
  const { stdout } = topsail(dir, ['plan', '--json', '--sources', 'changesets'])
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'topsail/plan@1' })
})

function topsail(cwd: string, args: readonly string[]): { stdout: string; stderr: string } {
  const env = { ...process.env, NO_COLOR: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' }
  const options = { cwd, env, encoding: 'utf8', timeout: 5000, maxBuffer: 2 ** 28 } as const
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], options)
  expect({ signal, stderr: stderr.slice(0, 2000), fine: status === 0 || status === 1 }).toMatchObject({
    signal: null,
    fine: true,
  })
  expect(stderr).not.toMatch(/^\s+at .+:\d+:\d+/m)
  // oxlint-disable-next-line no-control-regex
  expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  return { stdout, stderr }
}
