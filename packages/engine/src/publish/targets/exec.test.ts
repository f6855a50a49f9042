import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { redactor } from '../secrets.ts'
import { execTarget } from './exec.ts'
import type { Target } from './target.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-exec-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const released = { name: '@acme/api', version: '1.0.0', dir: '.' }

/** A target whose every command is this program. */
function running(source: string, timeout = 20): Target {
  const command = [process.execPath, '-e', source, '--', '{name}', '{version}', '{channel}', '$(touch hacked); {dir}']
  return execTarget({
    root: folder,
    commands: { exists: command, upload: command, channel: command, promote: command },
    timeout,
    out: folder,
    env: { HOME: folder },
    redact: redactor(['hunter2']),
    packTarball: async () => ({ kind: 'packed', artefact: { integrity: 'sha512-a', file: join(folder, 'a.tgz') } }),
  })
}

test('a command gets its question as JSON and its placeholders as whole arguments, and no shell sees either', async () => {
  const target = running(`
    const question = JSON.parse(require('fs').readFileSync(0, 'utf8'))
    require('fs').writeFileSync('seen.json', JSON.stringify({ question, args: process.argv.slice(1) }))
    console.log('{"status": "done"}')`)
  expect(await target.promote(released, 'latest; rm -rf {version}', '1.0.0')).toEqual({ kind: 'done' })
  const { question, args } = JSON.parse(await readFile(join(folder, 'seen.json'), 'utf8'))
  expect(question).toEqual({
    schema: 'topsail/exec-target@1',
    verb: 'promote',
    name: '@acme/api',
    version: '1.0.0',
    dir: folder,
    out: folder,
    channel: 'latest; rm -rf {version}',
    value: '1.0.0',
  })
  expect(args).toEqual(['@acme/api', '1.0.0', 'latest; rm -rf {version}', `$(touch hacked); ${folder}`])
  await expect(readFile(join(folder, 'hacked'))).rejects.toThrow()
})

test.for([
  ['prints nothing', '', 'unreachable', 'refused'],
  ['prints no JSON', 'console.log("done")', 'unreachable', 'refused'],
  ['answers something else', `console.log('{"status": "perhaps"}')`, 'unreachable', 'refused'],
  ['fails', 'process.exit(1)', 'unreachable', 'refused'],
  ['asks to be tried later', 'process.exit(75)', 'unreachable', 'unknown'],
  ['may not', 'process.exit(77)', 'unreachable', 'unauthorised'],
  [
    'prints without end',
    'for (;;) try { require("fs").writeSync(1, "x".repeat(10000)) } catch {}',
    'unreachable',
    'unknown',
  ],
] as const)('a command that %s is never taken for success', async ([, source, lookup, upload]) => {
  const target = running(source)
  expect((await target.lookup(released)).kind).toBe(lookup)
  expect((await target.upload(released, { integrity: 'a', file: 'b' }, 'latest')).kind).toBe(upload)
})

test('a command that takes too long is stopped, and may have done its work', async () => {
  const target = running('setInterval(() => {}, 1000)', 0.3)
  expect((await target.upload(released, { integrity: 'a', file: 'b' }, 'latest')).kind).toBe('unknown')
})

test('what a command prints is cleaned of secrets and cut', async () => {
  const target = running(
    `console.error('the password is hunter2 ' + 'x'.repeat(9000)); console.error('at hunter2'); process.exit(1)`,
  )
  const outcome = await target.promote(released, 'latest', '1.0.0')
  const { detail = '' } = outcome as { detail?: string }
  expect(detail).not.toContain('hunter2')
  expect(detail).toContain('at ***')
  expect(detail.length).toBeLessThan(1700)
})

test('a command that is not there is a mistake, not a bad day', async () => {
  const target = execTarget({
    root: folder,
    timeout: 5,
    out: folder,
    env: { HOME: folder },
    redact: redactor([]),
    commands: { exists: ['no-such-program-here'], upload: ['no-such-program-here'] },
    packTarball: async () => ({ kind: 'packed', artefact: { integrity: 'sha512-a', file: 'a' } }),
  })
  expect((await target.upload(released, { integrity: 'a', file: 'b' }, 'latest')).kind).toBe('refused')
  expect(await target.pack(released)).toMatchObject({ kind: 'packed', artefact: { integrity: 'sha512-a' } })
  expect(await target.promote(released, 'latest', '1.0.0')).toEqual({ kind: 'done' })
})
