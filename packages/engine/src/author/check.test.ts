import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { createRepository, gitEnvironment, type TestRepository } from '../testing/repository.ts'
import { checkWorkspace } from './check.ts'

const open: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const config = { baseBranch: 'main', changelog: false, format: false }
const shop = {
  'package.json': { name: 'shop', private: true },
  'pnpm-workspace.yaml':
    'packages:\n  - packages/*\n  - services/*\ncatalog:\n  zod: ^3.0.0\ncatalogs:\n  ui:\n    react: ^18.0.0\n',
  '.changeset/config.json': config,
  'topsail.json': { sources: 'both' },
  'packages/db/package.json': { name: '@acme/db', version: '1.0.0', dependencies: { zod: 'catalog:' } },
  'packages/db/index.js': '1\n',
  'packages/ui/package.json': { name: '@acme/ui', version: '1.0.0', peerDependencies: { react: 'catalog:ui' } },
  'packages/ui/index.js': '1\n',
  'services/api/package.json': { name: '@acme/api', version: '1.0.0', devDependencies: { zod: 'catalog:' } },
  'services/api/index.js': '1\n',
}

const yarnRoot = { name: 'shop', private: true, workspaces: ['packages/*', 'services/*'] }

describe('what a branch touches', () => {
  test('commits, uncommitted and untracked work all count, and only since the branch left main', async () => {
    const repo = await branch()
    await repo.write({ 'packages/db/index.js': '2\n' })
    await repo.commit('feat(db): two')
    await repo.write({ 'packages/ui/index.js': '2\n', 'services/api/new.js': 'new\n', 'notes.txt': 'x' })
    const result = await checkWorkspace({ cwd: join(repo.root, 'packages/db') })
    expect(statesIn(result)).toEqual({ '@acme/db': 'bumped', '@acme/ui': 'uncovered', '@acme/api': 'uncovered' })
    expect(result.unowned).toEqual(['notes.txt'])
  })

  test('work that was merged in from main is not the branch’s', async () => {
    const repo = await branch()
    await repo.git('checkout', '--quiet', 'main')
    await repo.write({ 'packages/ui/index.js': '2\n' })
    await repo.commit('fix(ui): two')
    await repo.git('checkout', '--quiet', 'work')
    await repo.write({ 'packages/db/index.js': '2\n' })
    await repo.commit('fix(db): two')
    await repo.git('merge', '--quiet', '--no-edit', 'main')
    expect(statesIn(await checkWorkspace({ cwd: repo.root }))).toEqual({ '@acme/db': 'bumped' })
  })

  test('what git cannot tell, as in a repository that lacks objects, is an error and not a branch without work', async () => {
    const repo = await branch({ sources: 'changesets' })
    await repo.write({ 'packages/db/index.js': '2\n' })
    await repo.commit('feat(db): two')
    const tree = await repo.git('rev-parse', 'main^{tree}')
    await rm(join(repo.root, '.git/objects', tree.slice(0, 2), tree.slice(2)))
    const { problems } = await checkWorkspace({ cwd: repo.root })
    expect(problems).toMatchObject([
      { code: 'HISTORY_UNAVAILABLE', severity: 'error', detail: expect.stringContaining('tree') },
    ])
  })

  test('a file that moves from one package to another touches both', async () => {
    const repo = await branch({ sources: 'changesets' })
    await rename(join(repo.root, 'packages/db/index.js'), join(repo.root, 'packages/ui/moved.js'))
    expect(statesIn(await checkWorkspace({ cwd: repo.root }))).toEqual({
      '@acme/db': 'uncovered',
      '@acme/ui': 'uncovered',
    })
  })

  test('a removed package asks for nothing, a new and a moved one do', async () => {
    const repo = await branch({ sources: 'changesets' })
    await rm(join(repo.root, 'services/api'), { recursive: true })
    await rename(join(repo.root, 'packages/ui'), join(repo.root, 'packages/design'))
    await repo.write({ 'packages/log/package.json': { name: '@acme/log', version: '0.1.0' } })
    await repo.commit('move things')
    expect(statesIn(await checkWorkspace({ cwd: repo.root }))).toEqual({
      '@acme/ui': 'uncovered',
      '@acme/log': 'uncovered',
    })
  })

  test.each([
    ['removed', undefined],
    ['renamed in its folder', 'packages/ui'],
    ['moved under another name', 'packages/design'],
  ])('a pending changeset of a package that was %s is told so', async (_how, folder) => {
    const repo = await branch(
      { sources: 'changesets' },
      { '.changeset/old.md': changeset('"@acme/api": minor\n"@acme/ui": minor') },
    )
    await rename(join(repo.root, 'packages/ui'), join(repo.root, '../away'))
    if (folder !== undefined) {
      await rename(join(repo.root, '../away'), join(repo.root, folder))
      await repo.write({ [`${folder}/package.json`]: { name: '@acme/design', version: '1.0.0' } })
    }
    await repo.commit('refactor: less')
    expect((await checkWorkspace({ cwd: repo.root })).problems).toContainEqual({
      code: 'CHANGESET_UNKNOWN_PACKAGE',
      severity: 'error',
      place: { file: '.changeset/old.md', line: 3 },
      name: '@acme/ui',
      closest: folder === undefined ? undefined : '@acme/design',
      removed: 'packages/ui/package.json',
    })
  })

  test('a changed catalog entry touches the packages that ship it', async () => {
    const repo = await branch({ sources: 'changesets' })
    await repo.write({ 'pnpm-workspace.yaml': shop['pnpm-workspace.yaml'].replace('^3.0.0', '^4.0.0') })
    const result = await checkWorkspace({ cwd: repo.root })
    expect(statesIn(result)).toEqual({ '@acme/db': 'uncovered' })
    expect(result.packages[0]?.catalogEdits).toEqual([
      { catalog: 'default', dependency: 'zod', from: '^3.0.0', to: '^4.0.0' },
    ])
  })

  test.each([
    ['bun', { 'bun.lock': '', 'package.json': bunRoot('^3.0.0') }, { 'package.json': bunRoot('^4.0.0') }],
    [
      'yarn',
      { 'yarn.lock': '', 'package.json': yarnRoot, '.yarnrc.yml': 'catalog:\n  zod: ^3.0.0\n' },
      { '.yarnrc.yml': 'catalog:\n  zod: ^4.0.0\n' },
    ],
  ])('the catalogs of %s count as well', async (_, before, after) => {
    const { 'pnpm-workspace.yaml': _pnpm, ...rest } = shop
    const repo = await opened(await createRepository({ ...rest, 'topsail.json': { sources: 'changesets' }, ...before }))
    await repo.git('checkout', '--quiet', '-b', 'work')
    await repo.write(after)
    expect(statesIn(await checkWorkspace({ cwd: repo.root }))).toEqual({ '@acme/db': 'uncovered' })
  })

  test('a workspace that is a folder of a larger repository sees only itself', async () => {
    const repo = await opened(
      await createRepository({ ...prefixed('app/', shop), 'other/file.txt': 'x', 'app/packages/db/é ü.js': '1' }),
    )
    await repo.git('checkout', '--quiet', '-b', 'work')
    await repo.write({ 'other/file.txt': 'y', 'app/packages/db/é ü.js': '2', 'app/packages/ui/"q"\t.js': 'n' })
    await repo.commit('fix: this and that')
    const result = await checkWorkspace({ cwd: join(repo.root, 'app') })
    expect(result.packages.map(({ files }) => files)).toEqual([['packages/db/é ü.js'], ['packages/ui/"q"\t.js']])
    expect(result.unowned).toEqual([])
  })

  test('a branch that ran version is a release branch', async () => {
    const repo = await branch()
    await repo.write({
      'packages/db/package.json': { name: '@acme/db', version: '1.1.0' },
      'packages/db/CHANGELOG.md': '1',
    })
    await repo.commit('chore: version packages')
    const result = await checkWorkspace({ cwd: repo.root })
    expect(result.packages.map(({ state }) => state)).toEqual([{ kind: 'excluded', why: 'versioned' }])
  })
})

describe('what answers', () => {
  test('only changesets of this branch do', async () => {
    const repo = await branch({ sources: 'changesets' }, { '.changeset/old.md': changeset('"@acme/db": minor') })
    await repo.write({ 'packages/db/index.js': '2\n' })
    expect(statesIn(await checkWorkspace({ cwd: repo.root }))).toEqual({ '@acme/db': 'uncovered' })
    await repo.write({ '.changeset/new.md': changeset('"@acme/db": patch') })
    expect(statesIn(await checkWorkspace({ cwd: repo.root }))).toEqual({ '@acme/db': 'bumped' })
    await repo.commit('with a changeset')
    expect(statesIn(await checkWorkspace({ cwd: repo.root }))).toEqual({ '@acme/db': 'bumped' })
  })

  test('an edited changeset counts, a deleted one does not', async () => {
    const repo = await branch({ sources: 'changesets' }, { '.changeset/old.md': changeset('"@acme/ui": minor') })
    await repo.write({
      'packages/db/index.js': '2\n',
      '.changeset/old.md': changeset('"@acme/ui": minor\n"@acme/db": patch'),
    })
    expect(statesIn(await checkWorkspace({ cwd: repo.root }))).toEqual({ '@acme/db': 'bumped' })
    await rm(join(repo.root, '.changeset/old.md'))
    expect(statesIn(await checkWorkspace({ cwd: repo.root }))).toEqual({ '@acme/db': 'uncovered' })
  })

  test('a changeset speaks for the whole branch: what its commits ask beyond it is asked about', async () => {
    const repo = await branch()
    await repo.write({ 'packages/db/index.js': '2\n' })
    await repo.commit('feat(db)!: two')
    await repo.write({ 'packages/ui/index.js': '2\n' })
    await repo.commit('feat(ui): two')
    await repo.write({ '.changeset/new.md': changeset('"@acme/db": patch') })
    const result = await checkWorkspace({ cwd: repo.root })
    expect(statesIn(result)).toEqual({ '@acme/db': 'bumped', '@acme/ui': 'uncovered' })
    expect(result.packages[1]?.state).toEqual({ kind: 'uncovered', proposed: 'minor' })
    expect(codesIn(result)).toContain('CHANGESET_BELOW_COMMIT')
  })

  test('a commit that is reverted on the same branch leaves nothing to answer for', async () => {
    const repo = await branch()
    await repo.write({ 'packages/db/index.js': '2\n' })
    await repo.commit('feat(db): two')
    await repo.git('revert', '--no-edit', 'HEAD')
    expect(await checkWorkspace({ cwd: repo.root })).toMatchObject({ packages: [], problems: [] })
  })

  test('a message that follows no convention is listed, and its package uncovered', async () => {
    const repo = await branch()
    await repo.write({ 'packages/db/index.js': '2\n' })
    await repo.commit('stuff')
    const result = await checkWorkspace({ cwd: repo.root })
    expect(statesIn(result)).toEqual({ '@acme/db': 'uncovered' })
    expect(codesIn(result)).toEqual(['COMMIT_NOT_CONVENTIONAL', 'COVERAGE_MISSING'])
  })

  test('everything a plan would set aside is an error here, all at once', async () => {
    const repo = await branch({ sources: 'changesets', ignore: ['@acme/ui'] })
    await repo.write({
      '.changeset/unknown.md': changeset('"@acme/bd": minor'),
      '.changeset/mixed.md': changeset('"@acme/db": minor\n"@acme/ui": minor'),
      '.changeset/broken.md': 'no front matter',
      '.changeset/idle.md': changeset('"@acme/ui": minor'),
    })
    const { problems } = await checkWorkspace({ cwd: repo.root })
    expect(problems.map(({ code, severity }) => `${severity} ${code}`).toSorted()).toEqual([
      'error CHANGESET_MALFORMED',
      'error CHANGESET_MIXES_IGNORED',
      'error CHANGESET_UNKNOWN_PACKAGE',
      'error CHANGESET_WITHOUT_EFFECT',
    ])
  })

  test('nobody is asked about a package that the rules do not see', async () => {
    const repo = await branch()
    await repo.write({
      'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
      'topsail.json': { rules: 'changesets@2', sources: 'changesets' },
      'services/api/index.js': '2\n',
    })
    expect(statesIn(await checkWorkspace({ cwd: repo.root }))).toEqual({})
  })

  test('patterns and exclusions of the configuration hold', async () => {
    const repo = await branch({ sources: 'changesets', check: { exclude: ['@acme/u*'], ignore: ['**/*.md'] } })
    await repo.write({
      'packages/db/docs/a.md': 'x',
      'packages/ui/index.js': '2\n',
      'services/api/a.md': 'x',
      'services/api/b.js': 'x',
    })
    const result = await checkWorkspace({ cwd: repo.root })
    expect(result.packages.map(({ state }) => (state.kind === 'excluded' ? state.why : state.kind))).toEqual([
      'file-patterns',
      'check-exclude',
      'uncovered',
    ])
    expect(result.packages[2]?.files).toEqual(['services/api/b.js'])
  })
})

describe('where the branch began', () => {
  test('a stale local main does not blame the work of others on the branch', async () => {
    const repo = await branch()
    await repo.git('checkout', '--quiet', 'main')
    await repo.write({ 'packages/ui/index.js': '2\n' })
    await repo.commit('fix(ui): two')
    await repo.git('checkout', '--quiet', '-b', 'later')
    await repo.git('branch', '--force', 'main', 'HEAD~1')
    await repo.write({ 'packages/db/index.js': '2\n' })
    const result = await checkWorkspace({ cwd: repo.root })
    expect(Object.keys(statesIn(result))).toEqual(['@acme/db'])
    expect(result.base?.refs).toEqual(['main', 'origin/main'])
  })

  test('on main itself, what the remote lacks is the work', async () => {
    const repo = await opened(await createRepository(shop))
    await repo.write({ 'packages/db/index.js': '2\n' })
    await repo.git('commit', '--quiet', '--all', '--message', 'stuff')
    expect(statesIn(await checkWorkspace({ cwd: repo.root }))).toEqual({ '@acme/db': 'uncovered' })
  })

  test('--since takes any ref, and a ref that is an option or unknown is a problem', async () => {
    const repo = await branch()
    await repo.write({ 'packages/db/index.js': '2\n' })
    await repo.commit('stuff')
    await repo.git('tag', 'here')
    expect(statesIn(await checkWorkspace({ cwd: repo.root, since: 'here' }))).toEqual({})
    for (const since of ['--output=x', 'nowhere', '', 'HEAD; rm -rf .']) {
      expect(codesIn(await checkWorkspace({ cwd: repo.root, since }))).toEqual(['BASE_REF_UNKNOWN'])
    }
  })

  test('without the base branch, without a repository and without commits it says so', async () => {
    const repo = await branch({ baseBranch: 'trunk' })
    expect(codesIn(await checkWorkspace({ cwd: repo.root }))).toEqual(['BASE_BRANCH_MISSING'])
    const folder = await emptyFolder()
    expect((await checkWorkspace({ cwd: folder })).problems).toMatchObject([
      { code: 'HISTORY_UNAVAILABLE', why: 'no-repository' },
    ])
    await repo.git('checkout', '--quiet', '--orphan', 'fresh')
    expect((await checkWorkspace({ cwd: repo.root })).problems).toMatchObject([
      { code: 'HISTORY_UNAVAILABLE', why: 'no-commits' },
    ])
  })

  test('a shallow clone is deepened where its remote gives more, and says so where it does not', async () => {
    const repo = await branch()
    await repo.write({ 'packages/db/index.js': '2\n' })
    await repo.commit('feat(db): two')
    await repo.git('push', '--quiet', 'origin', 'work')
    await repo.git('checkout', '--quiet', 'main')
    await repo.write({ 'packages/ui/index.js': '2\n' })
    await repo.commit('fix(ui): two')
    const clones = [await shallowClone(repo), await shallowClone(repo)] as const
    expect(statesIn(await checkWorkspace({ cwd: clones[0] }))).toEqual({ '@acme/db': 'bumped' })
    await rename(repo.remote, `${repo.remote}.gone`)
    const { problems } = await checkWorkspace({ cwd: clones[1] })
    expect(problems).toEqual([{ code: 'BASE_UNRELATED', severity: 'error', ref: 'origin/main', shallow: true }])
  })
})

function bunRoot(zod: string): object {
  return { name: 'shop', private: true, workspaces: { packages: ['packages/*', 'services/*'], catalog: { zod } } }
}

async function shallowClone(repo: TestRepository): Promise<string> {
  const folder = join(await emptyFolder(), 'clone')
  const remote = pathToFileURL(repo.remote).href
  const args = ['clone', '--quiet', '--depth=1', '--no-single-branch', '--branch=work', remote, folder]
  await promisify(execFile)('git', args, { env: { ...process.env, ...gitEnvironment } })
  return folder
}

async function branch(
  topsail: object = { sources: 'both' },
  more: Record<string, string> = {},
): Promise<TestRepository> {
  const repo = await opened(await createRepository({ ...shop, 'topsail.json': topsail, ...more }))
  await repo.git('checkout', '--quiet', '-b', 'work')
  return repo
}

async function opened(repo: TestRepository): Promise<TestRepository> {
  open.push(() => repo.close())
  for (const [name, value] of [
    ['user.name', 'Ada'],
    ['user.email', 'ada@example.com'],
  ] as const) {
    await repo.git('config', name, value)
  }
  return repo
}

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-check-'))
  open.push(() => rm(folder, { recursive: true, force: true }))
  await mkdir(join(folder, '.changeset'))
  await writeFile(join(folder, 'package.json'), '{"name":"alone","version":"1.0.0"}')
  return folder
}

function prefixed(prefix: string, files: Record<string, string | object>): Record<string, string | object> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${prefix}${path}`, text]))
}

function changeset(front: string): string {
  return `---\n${front}\n---\n\nSomething\n`
}

type Result = Awaited<ReturnType<typeof checkWorkspace>>

function statesIn(result: Result): Record<string, string> {
  return Object.fromEntries(result.packages.map(({ name, state }) => [name, state.kind]))
}

function codesIn(result: Result): string[] {
  return result.problems.map(({ code }) => code).toSorted()
}
