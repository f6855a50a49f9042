import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type TestRegistry, startRegistry } from '@topsail/engine/testing'
import { type TestWorkspace, makeWorkspace, manifest, shopFiles } from '../src/testing/workspace.ts'

let registry: TestRegistry
let shop: TestWorkspace
beforeAll(async () => {
  registry = await startRegistry()
  const { '.changeset/brave-cats.md': _, ...files } = shopFiles()
  shop = makeWorkspace(files, { NPM_CONFIG_USERCONFIG: registry.userconfig })
})
afterAll(async () => {
  shop.remove()
  await registry.close()
})

test('--dry-run shows what would be published in which order, and publishes nothing', async () => {
  const { code, stdout } = await shop.topsail('publish', '--dry-run')
  expect(code).toBe(0)
  expect(stdout).toContain('Would publish 3 packages')
  expect(stdout).toMatch(/@acme\/api@2\.1\.3 .*after @acme\/db@2\.0\.0/)
  expect(await registry.packument('@acme/db')).toBeUndefined()
})

type EventLine = { readonly n: number; readonly event: string }

/** Fails on a line that is not JSON. */
function eventsIn(stream: string): readonly EventLine[] {
  const lines = stream
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as EventLine)
  expect(lines.map(({ n }) => n)).toEqual(lines.map((_, index) => index))
  expect(lines[0]).toMatchObject({ schema: 'topsail/events@1', event: 'planned' })
  return lines
}

test('publish --json gives one document, and every event as a line of JSON on standard error', async () => {
  const { code, stdout, stderr } = await shop.topsail('publish', '--only', '@acme/db', '--json')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 'topsail/publish@1',
    dryRun: false,
    published: [{ name: '@acme/db', version: '2.0.0' }],
  })
  const lines = eventsIn(stderr)
  expect(lines).toContainEqual(
    expect.objectContaining({ event: 'step-done', step: expect.objectContaining({ id: 'confirm:@acme/db@2.0.0' }) }),
  )
  expect(lines.at(-1)).toMatchObject({ event: 'result', command: 'publish', published: [{ name: '@acme/db' }] })
})

test('--events gives every event as a line of JSON, the result last', async () => {
  const { code, stdout, stderr } = await shop.topsail('publish', '--only', '@acme/api', '--events')
  expect({ code, stderr }).toMatchObject({ code: 0 })
  const lines = eventsIn(stdout)
  expect(lines).toContainEqual(
    expect.objectContaining({ event: 'step-done', step: expect.objectContaining({ id: 'upload:@acme/api@2.1.3' }) }),
  )
  expect(lines.at(-1)).toMatchObject({ event: 'result', command: 'publish', published: [{ name: '@acme/api' }] })
  expect(stdout).not.toContain(registry.token)
})

test('publish publishes the rest, tells what is live, and names the tags', async () => {
  const { code, stdout, stderr } = await shop.topsail('publish')
  expect(code).toBe(0)
  expect(stdout).toContain('1 package published')
  expect(stdout).toContain('@acme/web@1.0.0')
  expect(stderr).not.toContain('\u001b')
  expect(await registry.packument('@acme/web')).toMatchObject({ 'dist-tags': { latest: '1.0.0' } })
  expect(shop.git('tag').split('\n')).toEqual(['@acme/api@2.1.3', '@acme/db@2.0.0', '@acme/web@1.0.0'])
})

test('a second publish finds nothing to do', async () => {
  const { code, stdout } = await shop.topsail('publish')
  expect(code).toBe(0)
  expect(stdout).toContain('Nothing to publish')
})

test('a snapshot is published under its own tag from a commit that nobody keeps', async () => {
  const main = shop.git('rev-parse', 'HEAD')
  shop.write({ '.changeset/try-it.md': '---\n"@acme/db": minor\n---\n\nTry it\n' })
  const { stdout } = await shop.topsail('version', '--snapshot', 'pr-7')
  expect(stdout).toContain(
    'To publish them: git add --all && git commit --message "snapshot" && topsail publish --no-tags',
  )
  expect(stdout).not.toContain('and 1 more')
  shop.commit('snapshot')
  expect((await shop.topsail('publish', '--no-tags')).code).toBe(0)
  const tags = (await registry.packument('@acme/db'))?.['dist-tags']
  expect(tags).toEqual({ latest: '2.0.0', 'pr-7': expect.stringMatching(/^0\.0\.0-pr-7-\d{14}$/) })
  shop.git('reset', '--quiet', '--hard', main)
  expect((await shop.topsail('publish')).stdout).toContain('Nothing to publish')
})

test.each([[['--concurrency', '0']], [['--access', 'secret']]])('%j is wrong usage', async (args) => {
  expect((await shop.topsail('publish', ...args)).code).toBe(2)
})

test('the token is in no output', async () => {
  const { stdout, stderr } = await shop.topsail('publish', '--only', '@acme/nothing')
  expect(stdout + stderr).not.toContain(registry.token)
})

test.each(['approve', 'reject'])('%s says that nothing is staged', async (decision) => {
  const { code, stderr } = await shop.topsail(decision)
  expect(code).toBe(1)
  expect(stderr).toContain('NOTHING_STAGED')
})

describe('a Go module', () => {
  let workspace: TestWorkspace
  afterEach(() => workspace.remove())
  const goFiles = (path: string) => ({
    'package.json': manifest('root', '0.0.0', { private: true }),
    'pnpm-workspace.yaml': 'packages:\n  - services/*\n',
    'topsail.json': JSON.stringify({ targets: { '@acme/greet': [{ kind: 'go' }] } }),
    'services/greet/package.json': manifest('@acme/greet', '2.0.0', { private: true }),
    'services/greet/go.mod': `module ${path}\n\ngo 1.19\n`,
  })

  test('is public with its tag, which the dry run says', async () => {
    workspace = makeWorkspace(goFiles('example.com/shop/services/greet/v2'), { GOPROXY: 'off' })
    const { code, stdout } = await workspace.topsail('publish', '--dry-run')
    expect({ code, stdout }).toMatchObject({ code: 0 })
    expect(stdout).toContain('A Go module is public with its tag, which nobody can take back')
  })

  test('whose path Go could not find at that version stops the dry run as well', async () => {
    workspace = makeWorkspace(goFiles('example.com/shop/services/greet'), { GOPROXY: 'off' })
    const { code, stderr } = await workspace.topsail('publish', '--dry-run')
    expect(code).toBe(1)
    expect(stderr).toContain('GO_MODULE_PATH')
    expect(stderr).toContain('services/greet/go.mod:1')
  })
})

test('a token whose variable is not set stops a release before it begins, and a dry run only warns', async () => {
  const own = makeWorkspace({
    ...shopFiles(),
    '.npmrc': `registry=${registry.url}\n${registry.url.replace('http:', '')}:_authToken=\${UNSET_TOKEN}\n`,
  })
  try {
    own.write({ 'packages/db/package.json': manifest('@acme/db', '9.0.0') })
    own.commit('feat: more')
    const dry = await own.topsail('publish', '--dry-run')
    expect([dry.code, dry.stdout]).toEqual([0, expect.stringContaining('@acme/db@9.0.0')])
    const { code, stderr } = await own.topsail('publish')
    expect(code).toBe(1)
    expect(stderr).toContain('taken from ${UNSET_TOKEN}')
    expect((await own.topsail('status')).stdout).toContain('No release is known')
    expect(await registry.packument('@acme/db')).not.toHaveProperty(['versions', '9.0.0'])
  } finally {
    own.remove()
  }
})
