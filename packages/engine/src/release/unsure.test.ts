/** What is here cannot be told for sure: git says nothing of it, or it is half written. Nothing is released then. */
import { chmod } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { decideStaged } from '../publish/approve-workspace.ts'
import { publishWorkspace } from '../publish/publish-workspace.ts'
import { planWorkspace } from '../read/read-snapshot.ts'
import { findPlace } from '../reconcile/place.ts'
import {
  createRepository,
  gitEnvironment,
  npmrcFor,
  startRegistry,
  type TestRegistry,
  type TestRepository,
} from '../testing/index.ts'
import { releaseSets } from './query-sets.ts'
import { resumeWorkspace, rollbackWorkspace } from './release-workspace.ts'
import { newJournal } from '../version/undo-journal.ts'
import { statusWorkspace } from './status-workspace.ts'

let registry: TestRegistry
let repository: TestRepository

beforeAll(async () => {
  Object.assign(process.env, gitEnvironment)
  registry = await startRegistry()
})
afterAll(() => registry.close())
beforeEach(async () => {
  repository = await createRepository({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
    'package-lock.json': {},
    '.changeset/config.json': { access: 'public' },
    '.npmrc': npmrcFor(registry.url, '${TEST_TOKEN}'),
    'packages/db/package.json': { name: '@unusable/db', version: '1.0.0' },
  })
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await repository.close()
})

const settings = () => ({
  cwd: repository.root,
  env: { TEST_TOKEN: registry.token, HOME: repository.root, NPM_CONFIG_GLOBALCONFIG: '/nonexistent' },
})

async function codesOfAll(): Promise<readonly (readonly string[])[]> {
  const decision = 'approve' as const
  const all = [
    await publishWorkspace(settings()),
    await publishWorkspace({ ...settings(), dryRun: true }),
    await resumeWorkspace(settings()),
    await rollbackWorkspace(settings()),
    await statusWorkspace(settings()),
    await decideStaged({ ...settings(), decision }),
  ]
  return all.map(({ exitCode, problems }) => [String(exitCode), ...problems.map(({ code }) => code)])
}

test('a folder that git takes for somebody else’s is not released as one without git', async () => {
  vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1')
  expect(await codesOfAll()).toEqual(Array.from({ length: 6 }, () => ['1', 'GIT_UNUSABLE']))
  const unusable = [{ code: 'GIT_UNUSABLE', severity: 'error' }]
  expect(await releaseSets({ cwd: repository.root })).toMatchObject({ chain: [], problems: unusable })
  expect(await findPlace(repository.root)).toMatchObject({ problems: unusable })
  const fromChangesets = await planWorkspace({ cwd: repository.root, sources: 'changesets' })
  expect(fromChangesets.snapshot.problems).toMatchObject([{ code: 'GIT_UNUSABLE', severity: 'warning' }])
  const fromBoth = await planWorkspace({ cwd: repository.root, sources: 'both' })
  expect(fromBoth.snapshot.problems).toMatchObject([{ code: 'HISTORY_UNAVAILABLE', severity: 'error' }])
  expect(await registry.packument('@unusable/db')).toBeUndefined()
})

test.skipIf(process.platform === 'win32')('a git that is too old releases nothing, and is told as that', async () => {
  // It says back what it does not know, as git before 2.31.
  const script = [
    '#!/bin/sh',
    'case " $* " in',
    '*" --version "*) echo "git version 2.25.1" ;;',
    '*" --path-format=absolute --verify "*) echo --path-format=absolute ;;',
    '*) PATH="$YOUNGER" exec git "$@" ;;',
    'esac',
  ]
  await repository.write({ 'old/git': script.join('\n') })
  await chmod(join(repository.root, 'old/git'), 0o755)
  const path = process.env['PATH'] ?? ''
  vi.stubEnv('YOUNGER', path)
  vi.stubEnv('PATH', `${join(repository.root, 'old')}${delimiter}${path}`)
  expect(await codesOfAll()).toEqual(Array.from({ length: 6 }, () => ['1', 'GIT_TOO_OLD']))
  const tooOld = [{ code: 'GIT_TOO_OLD', severity: 'error', found: '2.25.1' }]
  expect(await releaseSets({ cwd: repository.root })).toMatchObject({ chain: [], problems: tooOld })
  expect(await findPlace(repository.root)).toMatchObject({ problems: tooOld })
})

test('a git that fails in the middle is not taken for a HEAD without the packages', async () => {
  const bin = join(repository.root, '../bin')
  await repository.write({
    '../bin/git': `#!/bin/sh\ncase " $* " in *" cat-file --batch "*) echo 'fatal: out of memory' >&2; exit 128;; esac\nPATH="\${PATH#*:}" exec git "$@"\n`,
  })
  await chmod(join(bin, 'git'), 0o755)
  vi.stubEnv('PATH', `${bin}:${process.env['PATH'] ?? ''}`)
  const { exitCode, problems } = await publishWorkspace(settings())
  expect(exitCode).toBe(1)
  expect(problems.filter(({ severity }) => severity === 'error').map(({ code }) => code)).toEqual(['GIT_UNUSABLE'])
})

test('where git would push to none of several remotes nobody releases alone', async () => {
  await repository.git('remote', 'rename', 'origin', 'one')
  await repository.git('remote', 'add', 'two', '../two.git')
  await repository.git('config', '--unset-all', 'branch.main.remote').catch(() => {})
  expect(await codesOfAll()).toEqual(Array.from({ length: 6 }, () => ['1', 'REMOTE_UNCLEAR']))
  expect(await findPlace(repository.root)).toMatchObject({ problems: [{ code: 'REMOTE_UNCLEAR' }] })
  expect(await registry.packument('@unusable/db')).toBeUndefined()
})

test('nothing is packed of files that version has half written', async () => {
  const journal = newJournal([{ path: 'packages/db/index.js', before: 'one\n', mode: 0o644 }], [])
  const dead = { ...journal, host: 'another' }
  await repository.write({ '.git/topsail/undo.json': JSON.stringify(dead) })
  const cutOff = { exitCode: 1, problems: [{ code: 'VERSION_CUT_OFF' }] }
  expect(await publishWorkspace(settings())).toMatchObject(cutOff)
  expect(await resumeWorkspace(settings())).toMatchObject(cutOff)
  expect((await statusWorkspace(settings())).problems).toEqual([])
  expect(await registry.packument('@unusable/db')).toBeUndefined()
})
