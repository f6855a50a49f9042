import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { changeset, makeWorkspace, manifest, shopFiles, type TestWorkspace } from '../src/testing/workspace.ts'
import { memoryContext } from '../src/context.ts'
import { run } from '../src/run.ts'

const require = createRequire(import.meta.url)
const changesetCli = join(dirname(require.resolve('@changesets/cli/package.json')), 'bin.js')

let shop: TestWorkspace
beforeEach(() => {
  shop = makeWorkspace({
    'package.json': manifest('shop', '0.0.0', { private: true }),
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    'pnpm-lock.yaml': "lockfileVersion: '9.0'\n",
    '.changeset/config.json': `${JSON.stringify({ changelog: false, baseBranch: 'main', format: false })}\n`,
    'packages/db/package.json': manifest('@acme/db', '2.0.0'),
    'packages/api/package.json': manifest('@acme/api', '2.1.3', { dependencies: { '@acme/db': '^2.0.0' } }),
    'packages/web/package.json': manifest('@acme/web', '1.0.0', { dependencies: { '@acme/api': '2.1.3' } }),
  })
  shop.git('checkout', '--quiet', '-b', 'work')
})
afterEach(() => shop.remove())

describe('topsail add', () => {
  test('writes a folder that the real changeset status accepts, with the same releases', async () => {
    const first = await shop.topsail(
      'add',
      '--major',
      '@acme/db',
      '--patch',
      '@acme/web',
      '--message',
      'Drop the pool\n\n- now',
    )
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/^wrote \.changeset\/[a-z-]+\.md\n$/) })
    await shop.topsail('add', '-p', '@acme/web=minor', '-p', '@acme/api=none', '-m', 'A button')
    await shop.topsail('add', '--empty', '-m', 'Only docs')
    const plan = JSON.parse((await shop.topsail('plan', '--json')).stdout)
    expect(statusReleases(shop)).toEqual(
      plan.releases.map((release: Release) => `${release.name} ${release.bump} ${release.to}`).toSorted(),
    )
    expect(plan.releases).toHaveLength(3)
  })

  test('--json answers with one document', async () => {
    const { code, stdout } = await shop.topsail('add', '--package', '@acme/db=patch', '--message', 'x', '--json')
    const { schema, file, text, problems } = JSON.parse(stdout)
    expect({ code, schema, problems }).toEqual({ code: 0, schema: 'topsail/add@1', problems: [] })
    expect(readFileSync(join(shop.dir, file), 'utf8')).toBe(text)
  })

  test('where nobody can be asked, it is wrong usage and tells the flags', async () => {
    const before = changesetsIn(shop)
    const asked = await shop.topsail('add')
    expect(asked).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('--package NAME=patch --message'),
    })
    expect((await shop.topsail('add', '-p', '@acme/db=patch')).code).toBe(2)
    expect((await shop.topsail('add', '-p', '@acme/db=huge', '-m', 'x')).code).toBe(2)
    expect((await shop.topsail('add', '--empty', '--major', '@acme/db')).code).toBe(2)
    expect(changesetsIn(shop)).toEqual(before)
  })

  test('names that are wrong are told with the closest one, all at once', async () => {
    const { code, stderr } = await shop.topsail('add', '--minor', '@acme/bd,@acme/wbe', '--message', 'x')
    expect(code).toBe(1)
    expect(stderr).toContain('did you mean "@acme/db"?')
    expect(stderr).toContain('did you mean "@acme/web"?')
  })
})

describe('topsail check', () => {
  test('the command it tells mends what it found', async () => {
    shop.write({ 'packages/db/a.js': '1', 'packages/api/b.js': '1' })
    shop.commit('feat(db): a')
    const before = await shop.topsail('check', '--json')
    expect(before.code).toBe(1)
    const { schema, ok, mend, packages } = JSON.parse(before.stdout)
    expect({ schema, ok }).toEqual({ schema: 'topsail/check@1', ok: false })
    expect(packages).toMatchObject([
      { name: '@acme/api', state: { kind: 'uncovered', proposed: 'patch' } },
      { name: '@acme/db', state: { kind: 'uncovered', proposed: 'minor' } },
    ])
    const words = (mend as string).replace('"…"', 'Mended').split(' ').slice(1)
    expect((await shop.topsail(...words)).code).toBe(0)
    const after = await shop.topsail('check')
    expect(after).toMatchObject({ code: 0, stdout: expect.stringContaining('2 packages') })
  })

  test('--markdown is one bounded comment, and the problems go to standard error', async () => {
    shop.write({
      'packages/db/a|b\u202e.js': '1',
      '.changeset/bad.md': changeset({ '@evil/<img src=x>': 'minor' }, 'x'),
    })
    const { code, stdout, stderr } = await shop.topsail('check', '--markdown')
    expect(code).toBe(1)
    expect(stdout).toContain('| `@acme/db` | ❌ uncovered |')
    expect(stdout).not.toContain('\u202e')
    expect(stdout.replaceAll(/`[^`]*`/g, '')).not.toContain('<img')
    expect(stdout.length).toBeLessThan(65_536)
    expect(stderr).toContain('CHANGESET_UNKNOWN_PACKAGE')
  })

  test('in GitHub Actions every problem is an annotation that no name can break out of', async () => {
    const name = 'a,b:c%0A::set-output name=x::y'
    shop.write({ 'packages/db/a.js': '1', [`.changeset/${name}.md`]: changeset({ 'x\\n::error::boo': 'minor' }, 'x') })
    const { context, stdout } = memoryContext({
      cwd: shop.dir,
      env: { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: dirname(shop.dir) },
    })
    expect(await run(['check'], context)).toBe(1)
    const commands = stdout()
      .split('\n')
      .filter((line) => line.trimStart().startsWith('::'))
    expect(commands).toHaveLength(2)
    const folder = shop.dir.split('/').at(-1)
    expect(commands[0]).toMatch(new RegExp(`^::error file=${folder}/packages/db/package.json,title=COVERAGE_MISSING::`))
    expect(commands[1]).toContain(`/.changeset/a%2Cb%3Ac%250A%3A%3Aset-output name=x%3A%3Ay.md,title=`)
    const silent = memoryContext({ cwd: shop.dir, env: { GITHUB_ACTIONS: 'true' } })
    await run(['check', '--no-github'], silent.context)
    expect(
      silent
        .stdout()
        .split('\n')
        .filter((line) => line.trimStart().startsWith('::')),
    ).toEqual([])
  })

  test('--json leaves standard output to the document even in GitHub Actions', async () => {
    shop.write({ 'packages/db/a.js': '1' })
    const { context, stdout, stderr } = memoryContext({ cwd: shop.dir, env: { GITHUB_ACTIONS: 'true' } })
    await run(['check', '--json'], context)
    expect(JSON.parse(stdout()).problems).toHaveLength(1)
    expect(stderr()).toContain('::error file=')
  })
})

test('after topsail version the branch has nothing to answer for', async () => {
  rmSync(join(shop.dir, 'pnpm-lock.yaml'))
  await shop.topsail('add', '--major', '@acme/db', '--message', 'Drop the pool')
  shop.write({
    'packages/web/package.json': manifest('@acme/web', '1.0.0', { devDependencies: { '@acme/db': '^2.0.0' } }),
  })
  shop.commit('feat(db)!: drop the pool')
  shop.git('branch', '--force', 'main', 'HEAD')
  expect(await shop.topsail('version')).toMatchObject({ code: 0 })
  shop.commit('chore: version packages')
  const { packages, problems } = JSON.parse((await shop.topsail('check', '--json')).stdout)
  expect(problems).toEqual([])
  expect(packages.map((entry: { state: object }) => entry.state)).toEqual([
    { kind: 'excluded', why: 'versioned' },
    { kind: 'excluded', why: 'versioned' },
    { kind: 'excluded', why: 'versioned' },
  ])
})

describe('topsail init', () => {
  test('a fresh set-up is one that the real changeset works on', async () => {
    rmSync(join(shop.dir, '.changeset'), { recursive: true })
    expect((await shop.topsail('init', '--dry-run')).stdout).toContain('would write .changeset/config.json')
    const { code, stdout } = await shop.topsail('init')
    expect(code).toBe(0)
    expect(stdout).toContain('wrote  topsail.json')
    await shop.topsail('add', '--minor', '@acme/db', '--message', 'x')
    expect(statusReleases(shop)).toEqual(['@acme/db minor 2.1.0'])
    expect((await shop.topsail('init')).stdout).toContain('Everything is set up already.')
  })

  test('Lerna’s set-up becomes one that the real changeset works on', async () => {
    rmSync(join(shop.dir, '.changeset'), { recursive: true })
    shop.write({
      'lerna.json': JSON.stringify({
        version: '2.1.3',
        ignoreChanges: ['**/*.md'],
        command: { version: { preid: 'beta' } },
      }),
    })
    const { stdout } = await shop.topsail('init')
    expect(stdout).toContain('lerna.json command.version.preid "beta": topsail pre enter TAG')
    await shop.topsail('add', '--minor', '@acme/db', '--message', 'x')
    expect(statusReleases(shop)).toEqual(['@acme/api minor 2.2.0', '@acme/db minor 2.2.0', '@acme/web minor 2.2.0'])
  })
})

describe('topsail init from Nx', () => {
  test('groups, what is not released and version plans become what the real changeset works on', async () => {
    rmSync(join(shop.dir, '.changeset'), { recursive: true })
    const release = { projects: ['packages/*', '!@acme/web'], projectsRelationship: 'independent', versionPlans: true }
    shop.write({
      'nx.json': JSON.stringify({ release }),
      '.nx/version-plans/version-plan-1.md': '---\n"@acme/db": major\n---\n\nDrop the pool\n',
    })
    const { code, stdout } = await shop.topsail('init')
    expect(code).toBe(0)
    expect(stdout).toContain('.nx/version-plans/version-plan-1.md → .changeset/nx-version-plan-1.md')
    expect(stdout).toContain(
      'nx.json release.projects ["packages/*","!@acme/web"] → .changeset/config.json ignore ["@acme/web"]',
    )
    expect(statusReleases(shop)).toEqual(['@acme/api patch 2.1.4', '@acme/db major 3.0.0'])
  })
})

describe('topsail pre', () => {
  test('enter and exit are what the real changeset pre reads', async () => {
    expect((await shop.topsail('pre', 'enter', 'next')).code).toBe(0)
    await shop.topsail('add', '--minor', '@acme/db', '--message', 'x')
    expect(statusReleases(shop)).toContain('@acme/db minor 2.1.0-next.0')
    expect((await shop.topsail('pre', 'enter', 'next')).code).toBe(1)
    changesetCommand(shop, 'pre', 'exit')
    expect((await shop.topsail('pre', 'exit', '--json')).stdout).toContain('"mode": "exit"')
    expect((await shop.topsail('pre', 'enter')).code).toBe(2)
  })
})

type Release = { readonly name: string; readonly bump: string; readonly to: string }
type StatusRelease = { readonly name: string; readonly type: string; readonly newVersion: string }

/** What @changesets/cli makes of the folder. */
function statusReleases(workspace: TestWorkspace): string[] {
  changesetCommand(workspace, 'status', '--output', 'status.json')
  const { releases } = JSON.parse(readFileSync(join(workspace.dir, 'status.json'), 'utf8')) as {
    releases: StatusRelease[]
  }
  rmSync(join(workspace.dir, 'status.json'))
  return releases
    .filter(({ type }) => type !== 'none')
    .map(({ name, type, newVersion }) => `${name} ${type} ${newVersion}`)
    .toSorted()
}

function changesetCommand(workspace: TestWorkspace, ...args: string[]): void {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', CI: '1' }
  execFileSync(process.execPath, [changesetCli, ...args], { cwd: workspace.dir, env, stdio: 'pipe' })
}

function changesetsIn(workspace: TestWorkspace): string[] {
  return readdirSync(join(workspace.dir, '.changeset'))
}

test('check names those who need an answer; of many who need none it says how many, and why', async () => {
  const names = Array.from({ length: 9 }, (_, at) => `quiet${at}`)
  const quiet = names.map((name) => [`packages/${name}/package.json`, `{"name":"${name}"}\n`] as const)
  const many = makeWorkspace({ ...shopFiles(), ...Object.fromEntries(quiet) })
  onTestFinished(many.remove)
  many.git('switch', '--quiet', '--create', 'work')
  const touched = [...names.map((name) => [`packages/${name}/x.ts`, '1'] as const), ['packages/db/x.ts', '1'] as const]
  many.write(Object.fromEntries(touched))
  const { stdout } = await many.topsail('check')
  expect(stdout).toMatch(/✖ +@acme\/db +uncovered +packages\/db\/x\.ts\n· +9 packages +excluded +it has no version\n/)
  expect(stdout).not.toContain('quiet3')
})
