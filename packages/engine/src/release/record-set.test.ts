import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { diffSets, findSet, historyOf } from '@topsail/core'
import type { Progress } from '@topsail/core'
import { gitIn } from '../adapters/git-process.ts'
import { planWorkspace } from '../read/read-snapshot.ts'
import { createRepository, gitEnvironment, type TestRepository } from '../testing/index.ts'
import { gitRefStore } from './git-ref-store.ts'
import { readSets } from './read-sets.ts'
import { recordFinished, recordRolledBack, type RecordOptions } from './record-set.ts'
import { gitSources } from './set-sources.ts'

let repository: TestRepository
afterEach(() => repository.close())

const namespace = 'refs/topsail'

async function open(): Promise<void> {
  Object.assign(process.env, gitEnvironment)
  repository = await createRepository({
    'package.json': { name: 'shop', private: true },
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    '.changeset/config.json': {},
    ...unit('db', '1.0.0', 'first'),
    ...unit('api', '1.0.0', 'first of api'),
    'packages/api/openapi.yaml': 'openapi: 3.1.0\n',
  })
}

function unit(name: string, version: string, summary: string): Record<string, string | object> {
  return {
    [`packages/${name}/package.json`]: { name, version },
    [`packages/${name}/CHANGELOG.md`]: `# ${name}\n\n## ${version}\n\n### Minor Changes\n\n- ${summary}\n`,
  }
}

/** As a journal would have left it: these packages, uploaded with bytes that their versions name. */
async function release(id: string, versions: Readonly<Record<string, string>>): Promise<Progress> {
  const units = Object.entries(versions).map(([name, version]) => ({
    name,
    version,
    dir: `packages/${name}`,
    upload: { registry: 'https://r.example/' },
  }))
  const commit = await repository.git('rev-parse', 'HEAD')
  const integrities = new Map(units.map((each) => [`upload:${each.name}@${each.version}`, [`sha512-${each.version}`]]))
  const steps = units.map(({ name, version }) => ({ kind: 'upload', id: `upload:${name}@${version}`, name, version }))
  const left = new Map(steps.map((step) => [step.id, { state: 'left', evidence: {}, detail: 'it stays' }]))
  const opened = { release: id, commit, promotion: 'candidate', units, steps }
  return { opened, integrities, steps: left, unpublish: false } as unknown as Progress
}

async function record(
  kind: (ports: Parameters<typeof recordFinished>[0], options: RecordOptions) => ReturnType<typeof recordRolledBack>,
  sign = false,
): Promise<Extract<Awaited<ReturnType<typeof recordRolledBack>>, { kind: 'recorded' }>> {
  const git = gitIn(repository.root)
  const refs = gitRefStore(git, 'origin')
  const listed = await refs.list(`${namespace}/`)
  if (listed.kind === 'unreachable') throw new Error(listed.detail)
  const recorded = await kind({ refs, sources: gitSources(git) }, { namespace, listed: listed.refs, sign })
  if (recorded.kind === 'unreachable') throw new Error(recorded.detail)
  if (recorded.moves.length > 0) expect(await refs.swap(recorded.moves)).toEqual({ kind: 'done' })
  return recorded
}

const finish = (progress: Progress, sign = false) =>
  record((ports, options) => recordFinished(ports, progress, options), sign)
const rollBack = (progress: Progress) => record((ports, options) => recordRolledBack(ports, progress, options))
const read = () => readSets(gitIn(repository.root), { namespaces: [namespace], fetch: true })

test('a finished release leaves a set with what is live, where it came from and what changed', async () => {
  await open()
  const { set } = await finish(await release('r1', { db: '1.0.0', api: '1.0.0' }))
  const tree = await repository.git('rev-parse', 'HEAD:packages/api')
  const blob = await repository.git('rev-parse', 'HEAD:packages/api/openapi.yaml')
  expect(set?.id).toMatch(/^sha256-[0-9a-f]{64}$/)
  expect(set?.document.units[0]).toEqual({
    name: 'api',
    version: '1.0.0',
    dir: 'packages/api',
    release: 'r1',
    artefacts: [{ target: 'npm', where: 'https://r.example/', digest: 'sha512-1.0.0' }],
    tree,
    contracts: { 'openapi.yaml': blob },
    changes: [{ bump: 'minor', summary: 'first of api' }],
  })
  const { chain } = await read()
  expect(chain.map(({ id }) => id)).toEqual([set?.id])
  // The name of a set is the hash of its bytes.
  const text = await repository.git('cat-file', 'blob', `${namespace}/sets:set.json`)
  const { createHash } = await import('node:crypto')
  expect(`sha256-${createHash('sha256').update(text).digest('hex')}`).toBe(set?.id)
})

test('a set keeps what its release left alone, loses packages that are gone, and is not written twice', async () => {
  await open()
  await finish(await release('r1', { db: '1.0.0', api: '1.0.0' }))
  await repository.git('rm', '-rq', 'packages/api')
  await repository.write(unit('db', '1.1.0', 'pools'))
  await repository.write(unit('web', '0.1.0', 'begun'))
  await repository.commit('chore: release')
  const second = await release('r2', { web: '0.1.0' })
  const { set } = await finish(second)
  expect(set?.document.units.map(({ name, version, release: by }) => [name, version, by])).toEqual([
    ['db', '1.0.0', 'r1'],
    ['web', '0.1.0', 'r2'],
  ])
  expect((await finish(second)).moves).toEqual([])
})

test('two sets differ by their versions, with the changelog of everything between them, both ways', async () => {
  await open()
  await finish(await release('r1', { db: '1.0.0', api: '1.0.0' }))
  for (const [id, version] of [
    ['r2', '1.1.0'],
    ['r3', '1.2.0'],
  ] as const) {
    await repository.write(unit('db', version, `what ${version} brings`))
    await repository.write({ 'packages/api/openapi.yaml': `openapi: ${version}\n` })
    await repository.commit('chore: release')
    await finish(await release(id, id === 'r3' ? { db: version, api: '1.0.1' } : { db: version }))
  }
  const { chain } = await read()
  const [latest, , first] = chain
  if (latest === undefined || first === undefined) throw new Error('three sets')
  expect(findSet(chain, 'previous')).toMatchObject({ ok: true, placed: { set: { release: 'r2' } } })
  expect(findSet(chain, latest.id.slice(7, 17))).toMatchObject({ ok: true, placed: { set: { release: 'r3' } } })
  expect(findSet(chain, 'r1')).toMatchObject({ ok: true, placed: { id: first.id } })
  expect(findSet(chain, 'nothing')).toMatchObject({ ok: false, problem: { code: 'SET_UNKNOWN' } })

  const forward = diffSets(chain, first, latest)
  expect(forward).toMatchObject({ direction: 'forward', same: 0 })
  expect(forward.changed).toMatchObject([
    { name: 'api', from: '1.0.0', to: '1.0.1', contracts: [{ file: 'openapi.yaml', change: 'changed' }] },
    { name: 'db', from: '1.0.0', to: '1.2.0', versions: [{ version: '1.2.0' }, { version: '1.1.0' }] },
  ])
  expect(forward.changed[1]?.versions[1]?.changes).toEqual([{ bump: 'minor', summary: 'what 1.1.0 brings' }])
  expect(diffSets(chain, latest, first)).toMatchObject({
    direction: 'back',
    changed: [{}, { from: '1.2.0', to: '1.0.0' }],
  })
  expect(historyOf(chain, 'db').map(({ unit: { version } }) => version)).toEqual(['1.2.0', '1.1.0', '1.0.0'])
  expect(historyOf(chain, 'api').map(({ unit: { version } }) => version)).toEqual(['1.0.1', '1.0.0'])
})

test('after a rollback the set before is live again, and other clones skip the burned versions', async () => {
  await open()
  const { set: before } = await finish(await release('r1', { db: '1.0.0', api: '1.0.0' }))
  const second = await release('r2', { db: '1.1.0' })
  await finish(second)
  await rollBack(second)
  const { chain } = await read()
  expect(chain[0]).toMatchObject({ id: before?.id })
  expect(chain).toHaveLength(3)
  await repository.write({ '.changeset/a.md': '---\ndb: minor\n---\n\nAgain.\n' })
  const { plan } = await planWorkspace({ cwd: repository.root })
  expect(plan.releases.map(({ name, to }) => [name, to])).toEqual([['db', '1.1.1']])
})

test('what was never finished is burned all the same', async () => {
  await open()
  await rollBack(await release('r1', { db: '1.0.0' }))
  expect((await read()).chain).toEqual([])
  expect(await repository.git('for-each-ref', '--format=%(refname)', namespace)).toBe(`${namespace}/burned`)
})

const hasKeys = ((): boolean => {
  try {
    execFileSync('ssh-keygen', ['-?'], { stdio: 'ignore' })
    return true
  } catch (error) {
    return (error as { code?: string }).code !== 'ENOENT'
  }
})()

test.skipIf(!hasKeys)('a set is signed with the git key of whoever releases, and git verifies it', async () => {
  await open()
  const key = join(repository.root, '.git', 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  await repository.git('config', 'gpg.format', 'ssh')
  await repository.git('config', 'user.signingKey', `${key}.pub`)
  const { writeFileSync, readFileSync } = await import('node:fs')
  writeFileSync(`${key}.allowed`, `ada@example.com ${readFileSync(`${key}.pub`, 'utf8')}`)
  await repository.git('config', 'gpg.ssh.allowedSignersFile', `${key}.allowed`)
  const { problems } = await finish(await release('r1', { db: '1.0.0' }), true)
  expect(problems).toEqual([])
  await read()
  await expect(repository.git('verify-commit', `${namespace}/sets`)).resolves.toBeDefined()
})

test('without a key that works the set is recorded unsigned, and that is told', async () => {
  await open()
  await repository.git('config', 'gpg.format', 'ssh')
  await repository.git('config', 'user.signingKey', join(repository.root, 'no-such-key'))
  const { problems, set } = await finish(await release('r1', { db: '1.0.0' }), true)
  expect(problems).toMatchObject([{ code: 'SET_NOT_SIGNED' }])
  expect((await read()).chain[0]?.id).toBe(set?.id)
})
