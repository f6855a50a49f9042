import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FaultProxy, type TestRegistry, faultProxy, npmrcFor, startRegistry } from '@topsail/engine/testing'
import { type TestWorkspace, makeWorkspace, shopFiles } from '../src/testing/workspace.ts'

let registry: TestRegistry
let proxy: FaultProxy
let shop: TestWorkspace
beforeAll(async () => {
  registry = await startRegistry()
  proxy = await faultProxy(registry.url)
  const { '.changeset/brave-cats.md': _, ...files } = shopFiles()
  shop = makeWorkspace({ ...files, '.npmrc': npmrcFor(proxy.url, '${TEST_TOKEN}') }, { TEST_TOKEN: registry.token })
})
afterAll(async () => {
  shop.remove()
  await proxy.close()
  await registry.close()
})

test('before anything has begun there is nothing to see, to finish or to take back', async () => {
  expect(await shop.topsail('status')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('No release is known'),
  })
  expect(await shop.topsail('resume')).toMatchObject({ code: 0, stdout: 'No release is open.\n' })
  const { code, stderr } = await shop.topsail('rollback')
  expect(code).toBe(1)
  expect(stderr).toContain('RELEASE_UNKNOWN')
})

test('a failure leaves the release open with exit code 3, and says how to go on and how to go back', async () => {
  proxy.add({ method: 'PUT', name: '@acme/api', fault: { kind: 'status', status: 403 } })
  const { code, stdout } = await shop.topsail('publish')
  expect(code).toBe(3)
  expect(stdout).toMatch(/is open\. Go on with topsail resume, which will .*; or go back with topsail rollback\./)
  expect(stdout).toMatch(/1 package published\s+@acme\/db@2.0.0/)
  const status = await shop.topsail('status')
  expect(status.code).toBe(0)
  expect(status.stdout).toMatch(/@acme\/api@2\.1\.3 +failed/)
  expect(status.stdout).toMatch(/@acme\/web@1\.0\.0 +held +because of @acme\/api/)
  expect(status.stdout).toMatch(/@acme\/db@2\.0\.0 +live/)
  expect(status.stdout).toContain('next: topsail resume, or topsail rollback')
  const dry = await shop.topsail('publish', '--dry-run')
  expect(dry.stderr).toContain('RELEASE_OPEN')
})

test('a dry resume shows what is left, and does nothing', async () => {
  proxy.clear()
  const { code, stdout } = await shop.topsail('resume', '--dry-run')
  expect(code).toBe(0)
  expect(stdout).toContain('Would publish 2 packages')
  expect(stdout).not.toContain('@acme/db@2.0.0  latest')
  expect((await shop.topsail('status')).stdout).toMatch(/@acme\/api@2\.1\.3 +failed/)
})

test('resume finishes it, and status shows it finished', async () => {
  proxy.clear()
  const { code, stdout, stderr } = await shop.topsail('resume')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(stdout).toContain('3 packages published')
  const { stdout: text } = await shop.topsail('status', '--json')
  expect(JSON.parse(text)).toMatchObject({ schema: 'topsail/status@1', releases: [{ state: 'finished' }] })
})

test('a decision about what is staged has its events, and one document where nothing is staged', async () => {
  for (const decision of ['approve', 'reject']) {
    const { code, stdout } = await shop.topsail(decision, '--events')
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect([code, lines]).toMatchObject([
      1,
      [{ event: 'result', command: decision, problems: [{ code: 'NOTHING_STAGED' }] }],
    ])
    const json = JSON.parse((await shop.topsail(decision, '--json')).stdout)
    expect(json).toMatchObject({ schema: 'topsail/publish@1', problems: [{ code: 'NOTHING_STAGED' }] })
  }
})

test('rollback says what it will do and what will remain before it starts, and then does it', async () => {
  const dry = await shop.topsail('rollback', '--dry-run')
  expect(dry.code).toBe(0)
  expect(dry.stdout).toContain('What will remain:')
  expect(dry.stdout).toContain('withdraw @acme/db@2.0.0')
  expect(dry.stdout).toContain('latest of @acme/db, where the registry insists on one')
  const { code, stdout, stderr } = await shop.topsail('rollback')
  expect(code).toBe(0)
  expect(stderr.indexOf('Rolling back')).toBeLessThan(stderr.indexOf('taken back:'))
  expect(stdout).toContain('is rolled back.')
  expect((await registry.packument('@acme/db'))?.versions['2.0.0']?.['deprecated']).toContain('rolled back')
  expect(shop.git('tag')).toBe('')
  expect((await shop.topsail('status')).stdout).toContain('rolled back')
  expect(stdout + stderr + dry.stdout).not.toContain(registry.token)
})

test('a rollback names the branch that takes manifests and changesets back', async () => {
  const own = makeWorkspace(
    { ...shopFiles(), '.changeset/brave-cats.md': '---\n"@acme/web": minor\n---\n\nGrow\n' },
    { NPM_CONFIG_USERCONFIG: registry.userconfig },
  )
  try {
    expect((await own.topsail('version', '--no-lockfile')).code).toBe(0)
    own.commit('chore: release')
    expect((await own.topsail('publish', '--only', '@acme/web')).code).toBe(0)
    const { stdout } = await own.topsail('rollback')
    const branch = /^Merge (topsail\/rollback-\S+): it takes manifests and changesets back\.$/m.exec(stdout)?.[1]
    own.git('merge', '--quiet', branch ?? '')
    expect(own.git('ls-files', '.changeset')).toContain('brave-cats.md')
  } finally {
    own.remove()
  }
})
