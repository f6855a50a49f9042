import { execFile, spawn, spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startRegistry, type TestRegistry } from '@topsail/engine/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { actionOutputNames } from '../src/action-outputs.ts'
import { startPullRequests } from '../src/testing/pull-requests.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const script = join(root, 'action/run.sh')
const canRun = ['bash', 'npm'].every((program) => spawnSync(program, ['--version']).status === 0)

/** Stands where topsail stands, and writes down how it was run. */
const recorder = `#!/usr/bin/env node
import { writeFileSync } from 'node:fs'
const { GITHUB_TOKEN, TOPSAIL_TOKEN, GH_TOKEN, WHICH } = process.env
const which = new URL(import.meta.url).pathname
writeFileSync(process.env.RECORD, JSON.stringify({ args: process.argv.slice(2), GITHUB_TOKEN, TOPSAIL_TOKEN, GH_TOKEN, which }))
process.exitCode = Number(process.env.ENDS ?? 0)
`
const manifest = { name: 'topsail', version: '1.2.3', type: 'module', bin: { topsail: './bin/topsail.js' } }

type Run = { readonly args: readonly string[]; readonly which: string; readonly GITHUB_TOKEN?: string }

test('the outputs of the action are those that topsail writes', () => {
  const { outputs } = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as {
    outputs: Record<string, { value: string }>
  }
  expect(Object.keys(outputs).toSorted()).toEqual([...actionOutputNames].toSorted())
  for (const [name, { value }] of Object.entries(outputs)) expect(value).toBe(`\${{ steps.run.outputs.${name} }}`)
})

describe.skipIf(!canRun)('the action (needs bash and npm)', () => {
  let folder: string
  let registry: TestRegistry
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  beforeAll(async () => {
    registry = await startRegistry()
  })
  afterAll(async () => {
    await registry.close()
  })
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'topsail-action-')))
    mkdirSync(join(folder, 'temp'))
    write('work/packages/api/package.json', '{}')
    write('work/node_modules/topsail/bin/topsail.js', recorder)
    write('work/node_modules/topsail/package.json', JSON.stringify(manifest))
    return () => rmSync(folder, { recursive: true, force: true })
  })

  // The registry is in this process, which must go on while the action runs.
  async function run(inputs: Readonly<Record<string, string>>) {
    const record = join(folder, 'record.json')
    const env = {
      PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
      HOME: join(folder, 'home'),
      NPM_CONFIG_USERCONFIG: registry.userconfig,
      GITHUB_ACTION_PATH: root,
      GITHUB_WORKSPACE: join(folder, 'work'),
      RUNNER_TEMP: join(folder, 'temp'),
      RECORD: record,
      ...inputs,
    }
    const child = spawn('bash', [script], { cwd: join(folder, 'work'), env })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    const ran = existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as Run) : undefined
    return { code, said, ran }
  }

  test("on main it runs the repository's own topsail, and ends as that does", async () => {
    const { code, ran } = await run({
      TOPSAIL_COMMAND: 'main',
      TOPSAIL_CWD: 'packages/api',
      TOPSAIL_TOKEN: 'ghs_1',
      ENDS: '1',
    })
    expect(code).toBe(1)
    expect(ran).toEqual({
      args: ['ci', 'main', '--cwd=packages/api'],
      GITHUB_TOKEN: 'ghs_1',
      which: join(folder, 'work/node_modules/topsail/bin/topsail.js'),
    })
  })

  const own = { TOPSAIL_COMMAND: 'pr', TOPSAIL_VERSION: 'installed' }
  test('what an input holds stays one argument, whatever it holds', async () => {
    const hostile = '$(touch pwned); `touch pwned` "x" --help\n::set-output'
    const { ran } = await run({ ...own, TOPSAIL_SINCE: hostile, TOPSAIL_REPORT: '-rf' })
    expect(ran?.args).toEqual(['ci', 'pr', `--since=${hostile}`, '--report=-rf', '--cwd=.'])
    expect(existsSync(join(folder, 'work/pwned'))).toBe(false)
    expect(ran?.GITHUB_TOKEN).toBeUndefined()
  })

  test('each command takes its own inputs', async () => {
    expect((await run({ TOPSAIL_COMMAND: 'main' })).ran?.args).toEqual(['ci', 'main', '--cwd=.'])
    const direct = await run({ TOPSAIL_COMMAND: 'main', TOPSAIL_DIRECT: 'true', TOPSAIL_SINCE: 'x' })
    expect(direct.ran?.args).toEqual(['ci', 'main', '--direct', '--cwd=.'])
  })

  const wrong: readonly Readonly<Record<string, string>>[] = [
    { TOPSAIL_COMMAND: 'rollback' },
    { TOPSAIL_COMMAND: 'main', TOPSAIL_DIRECT: 'yes' },
    { TOPSAIL_COMMAND: 'post' },
    { TOPSAIL_COMMAND: 'post', TOPSAIL_REPORT: 'x', TOPSAIL_VERSION: 'installed' },
    { TOPSAIL_COMMAND: 'pr', TOPSAIL_VERSION: 'installed', GITHUB_WORKSPACE: '/', TOPSAIL_CWD: '/' },
    { TOPSAIL_COMMAND: 'pr', TOPSAIL_VERSION: '^1.0.0' },
    { TOPSAIL_COMMAND: 'pr', TOPSAIL_VERSION: 'latest' },
    { TOPSAIL_COMMAND: 'pr', TOPSAIL_VERSION: '1.0.0 --registry=https://example.org' },
  ]
  test.each(wrong)('wrong inputs run nothing: %o', async (inputs) => {
    const { code, ran, said } = await run(inputs)
    expect(code).toBe(2)
    expect(ran).toBeUndefined()
    expect(said).toContain('::error')
  })

  test('with the real topsail it comments, writes its outputs, and a title full of tricks is a title', async () => {
    const title = 'feat(db): a pool $(touch pwned) `id` ${{ github.token }} ::set-output name=ok::true'
    const pulls = await startPullRequests()
    onTestFinished(() => pulls.close())
    const number = await pulls.open('pool', { 'packages/db/pool.ts': 'export {}\n' }, title)
    const clone = await pulls.rig.clone('acme/shop', pulls.rig.tokens.readOnly)
    await clone.git('checkout', '--quiet', '--detach', await pulls.head(number))
    mkdirSync(join(clone.root, 'node_modules'))
    symlinkSync(join(root, 'packages/cli'), join(clone.root, 'node_modules/topsail'))
    const event = join(folder, 'event.json')
    const pull = await pulls.rig.api(pulls.rig.tokens.ci, 'GET', `/repos/acme/shop/pulls/${number}`)
    writeFileSync(event, JSON.stringify({ number, pull_request: pull }))
    const { GITHUB_TOKEN: token = '', ...known } = pulls.rig.environment(pulls.rig.tokens.ci)
    const output = join(folder, 'output')
    const { code, said } = await run({
      ...known,
      GITHUB_WORKSPACE: clone.root,
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: event,
      GITHUB_OUTPUT: output,
      ...own,
      TOPSAIL_CWD: clone.root,
      TOPSAIL_TOKEN: token,
    })
    expect({ code, said }).toMatchObject({ code: 1 })
    expect(said).not.toContain(token)
    expect(await pulls.comments(number)).toMatchObject([{ user: { login: 'topsail[bot]' } }])
    const written = readFileSync(output, 'utf8')
    for (const name of actionOutputNames) expect(written).toMatch(new RegExp(`^${name}<<topsail-[0-9a-f]{24}$`, 'm'))
    expect(written).toMatch(/^ok<<(\S+)\nfalse\n\1$/m)
    expect(existsSync(join(clone.root, 'pwned')) || existsSync(join(folder, 'work/pwned'))).toBe(false)
  }, 60_000)

  test('nothing of the checkout is run for a pull request: an exact version comes, past an .npmrc that lies there', async () => {
    write('package/bin/topsail.js', recorder)
    write('package/package.json', JSON.stringify(manifest))
    const env = { ...process.env, NPM_CONFIG_USERCONFIG: registry.userconfig }
    await promisify(execFile)('npm', ['publish', '--ignore-scripts'], { cwd: join(folder, 'package'), env })
    write('work/.npmrc', 'registry=http://127.0.0.1:9/\n')
    // The action as it was released: its own version is the default.
    write('action/packages/cli/package.json', JSON.stringify(manifest))
    const given = { GITHUB_ACTION_PATH: join(folder, 'action'), TOPSAIL_REPORT: '--help', TOPSAIL_TOKEN: 'ghs_2' }
    const which = join(folder, 'temp/topsail-1.2.3/node_modules/topsail/bin/topsail.js')
    const posted = await run({ ...given, TOPSAIL_COMMAND: 'post' })
    expect(posted.ran).toEqual({ which, args: ['ci', 'post', '--cwd=.', '--', '--help'], GITHUB_TOKEN: 'ghs_2' })
    const checked = await run({ ...given, TOPSAIL_COMMAND: 'pr' })
    expect(checked.ran).toEqual({ which, args: ['ci', 'pr', '--report=--help', '--cwd=.'], GITHUB_TOKEN: 'ghs_2' })
  }, 60_000)
})
