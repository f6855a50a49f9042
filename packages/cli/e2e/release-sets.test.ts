import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { afterEach, expect, test, vi } from 'vitest'
import { type TestWorkspace, makeWorkspace, shopFiles } from '../src/testing/workspace.ts'

let workspace: TestWorkspace
afterEach(() => {
  vi.unstubAllEnvs()
  workspace.remove()
})

type Unit = { readonly version: string; readonly release: string; readonly changes?: readonly object[] }

/** A chain of sets as releases leave it. */
function leave(sets: readonly { readonly release: string; readonly units: Readonly<Record<string, Unit>> }[]): void {
  const { git } = workspace
  const put = (args: readonly string[], input: string): string =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: workspace.dir,
      encoding: 'utf8',
      input,
    }).trim()
  let parent: string | undefined
  for (const { release, units } of sets) {
    const listed = Object.entries(units).map(([name, unit]) => ({
      name,
      dir: `packages/${name}`,
      artefacts: [],
      tree: null,
      contracts: {},
      ...unit,
    }))
    const document = { schema: 'topsail/set@1', release, commit: null, promotion: 'direct', units: listed }
    const blob = put(['hash-object', '-w', '--stdin'], JSON.stringify(document))
    const tree = put(['mktree'], `100644 blob ${blob}\tset.json\n`)
    parent = put(['commit-tree', tree, ...(parent === undefined ? [] : ['-p', parent])], release)
  }
  git('update-ref', 'refs/topsail/sets', parent ?? '')
}

function twoReleases(): void {
  workspace = makeWorkspace(shopFiles())
  const api = { version: '2.1.3', release: 'r1' }
  leave([
    { release: 'r1', units: { '@acme/api': api, '@acme/db': { version: '2.0.0', release: 'r1', changes: [] } } },
    {
      release: 'r2',
      units: {
        '@acme/api': api,
        '@acme/db': {
          version: '3.0.0',
          release: 'r2',
          changes: [{ bump: 'major', summary: 'Drop the pool\u001b[2J\n\nMore.' }],
        },
      },
    },
  ])
}

test('history shows the versions of a package, newest first, with what they changed', async () => {
  twoReleases()
  const { code, stdout } = await workspace.topsail('history', 'db')
  expect(code).toBe(0)
  expect(stdout.split('\n').filter((line) => /^\d|^ /.test(line))).toEqual([
    expect.stringMatching(/^3\.0\.0 {2}\d{4}-\d\d-\d\d {2}[0-9a-f]{12} {2}r2$/),
    '  major  Drop the pool\\u{1b}[2J',
    expect.stringMatching(/^2\.0\.0 .* r1$/),
    '  only its dependencies, or no changelog',
  ])
  const json = JSON.parse((await workspace.topsail('history', '@acme/db', '--json')).stdout)
  expect(json).toMatchObject({
    schema: 'topsail/history@1',
    name: '@acme/db',
    versions: [
      { version: '3.0.0', release: 'r2', promotion: 'direct', changes: [{ bump: 'major' }] },
      { version: '2.0.0' },
    ],
  })
})

test('diff shows what changed between two sets, and the way back', async () => {
  twoReleases()
  const forward = await workspace.topsail('diff')
  expect(forward.stdout).toContain('@acme/db  2.0.0 → 3.0.0')
  expect(forward.stdout).toContain('1 package the same')
  const back = JSON.parse((await workspace.topsail('diff', 'latest', 'r1', '--json')).stdout)
  expect(back).toMatchObject({
    schema: 'topsail/diff@1',
    from: { release: 'r2' },
    to: { release: 'r1' },
    direction: 'back',
    changed: [{ name: '@acme/db', from: '3.0.0', to: '2.0.0', versions: [{ version: '3.0.0' }] }],
    same: 1,
  })
})

test('where git says nothing of the repository nobody says that there is no set', async () => {
  twoReleases()
  vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1')
  for (const args of [
    ['history', 'db'],
    ['diff', 'previous', 'latest'],
  ]) {
    const { code, stdout, stderr } = await workspace.topsail(...args)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('GIT_UNUSABLE')
    expect(stderr).not.toContain('SET_UNKNOWN')
  }
})

test('a package or a set that is not there is a problem, a package without a history is none', async () => {
  workspace = makeWorkspace(shopFiles())
  expect(await workspace.topsail('history', 'db')).toMatchObject({
    code: 0,
    stdout: 'No release set names @acme/db yet.\n',
  })
  const unknown = await workspace.topsail('history', 'nothing')
  expect(unknown).toMatchObject({ code: 1, stdout: '' })
  expect(unknown.stderr).toContain('PACKAGE_UNKNOWN')
  expect((await workspace.topsail('diff', 'abc')).stderr).toContain('SET_UNKNOWN')
  // With --json there is one document, whatever happens.
  const history = await workspace.topsail('history', 'nothing', '--json')
  expect([history.code, JSON.parse(history.stdout)]).toMatchObject([
    1,
    { schema: 'topsail/history@1', versions: [], problems: [{ code: 'PACKAGE_UNKNOWN' }] },
  ])
  const diff = await workspace.topsail('diff', 'abc', '--json')
  expect([diff.code, JSON.parse(diff.stdout)]).toMatchObject([
    1,
    { schema: 'topsail/diff@1', from: null, changed: [], problems: [{ code: 'SET_UNKNOWN' }, { code: 'SET_UNKNOWN' }] },
  ])
})

test('version asks the remote which versions a rollback has burned, plan asks nobody', async () => {
  workspace = makeWorkspace(shopFiles())
  const { dir, git } = workspace
  const remote = `${dir}-remote.git`
  execFileSync('git', ['init', '--quiet', '--bare', remote])
  try {
    git('remote', 'add', 'origin', remote)
    const text = JSON.stringify({ format: 'topsail/burned@1', versions: { '@acme/db': ['3.0.0'] } })
    const put = (args: readonly string[], input: string): string =>
      execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
        cwd: dir,
        encoding: 'utf8',
        input,
      }).trim()
    const tree = put(['mktree'], `100644 blob ${put(['hash-object', '-w', '--stdin'], text)}\tburned.json\n`)
    git('push', '--quiet', 'origin', `${put(['commit-tree', tree], 'burned')}:refs/topsail/burned`)
    expect((await workspace.topsail('plan')).stdout).toMatch(/@acme\/db +2\.0\.0 +→ +3\.0\.0/)
    expect((await workspace.topsail('version', '--no-fetch', '--dry-run')).stdout).toContain('3.0.0')
    expect((await workspace.topsail('version', '--dry-run')).stdout).toMatch(/@acme\/db +2\.0\.0 +→ +3\.0\.1/)
    expect((await workspace.topsail('why', 'db')).stdout).toContain('3.0.0 was rolled back')
    git('remote', 'set-url', 'origin', `${dir}-gone.git`)
    expect((await workspace.topsail('version', '--dry-run')).stderr).toContain('RECORDS_NOT_FETCHED')
  } finally {
    rmSync(remote, { recursive: true, force: true })
  }
})
