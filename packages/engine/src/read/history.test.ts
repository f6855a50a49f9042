import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Snapshot } from '@topsail/core'
import { gitIn } from '../adapters/git-process.ts'
import { createRepository, gitEnvironment, type TestRepository } from '../testing/repository.ts'
import type { Git } from '../ports.ts'
import { planWorkspace, readSnapshot, type ReadOptions } from './read-snapshot.ts'

const manifest = (name: string, version = '1.0.0', more: object = {}): object => ({ name, version, ...more })

const shop = {
  'package.json': { private: true },
  'pnpm-workspace.yaml': 'packages: ["packages/*"]\n',
  '.changeset/config.json': { privatePackages: { version: true, tag: true } },
  'packages/a/package.json': manifest('a'),
  'packages/b/package.json': manifest('b'),
}

const open: TestRepository[] = []
afterEach(async () => {
  for (const repository of open.splice(0)) await repository.close()
})

async function repositoryOf(files: Readonly<Record<string, string | object>> = shop): Promise<TestRepository> {
  const repository = await createRepository(files)
  open.push(repository)
  return repository
}

function read(cwd: string, options: Partial<ReadOptions> = {}): Promise<Snapshot> {
  return readSnapshot({ cwd, sources: 'both', ...options })
}

/** Subject and folders of every commit, newest first. */
function commitsOf({ history }: Snapshot) {
  return history?.commits.map(({ message, dirs }) => [
    message.split('\n')[0],
    dirs.map((dir) => history.dirs[dir]).toSorted(),
  ])
}

function releasesOf({ history }: Snapshot) {
  return Object.fromEntries(Object.entries(history?.lastRelease ?? {}).map(([name, { by, tag }]) => [name, tag ?? by]))
}

async function change(repository: TestRepository, path: string, message: string): Promise<string> {
  await repository.write({ [path]: `${message}\n` })
  return repository.commit(message)
}

/** On top of the branch, with its tree. */
async function emptyCommits({ root, git }: TestRepository, count: number): Promise<void> {
  const head = await git('rev-parse', 'HEAD')
  const commit = (at: number): string =>
    `commit refs/heads/main\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata 5\nchore\n${at === 0 ? `from ${head}\n` : ''}\n`
  execFileSync('git', ['fast-import', '--quiet'], {
    cwd: root,
    input: Array.from({ length: count }, (_, at) => commit(at)).join(''),
  })
}

const temporary = (): string => {
  const dir = realpathSync.native(mkdtempSync(join(tmpdir(), 'topsail-clone-')))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }))
  return dir
}

const clone = (from: string, ...options: string[]): string => {
  const dir = join(temporary(), 'clone')
  execFileSync('git', ['clone', '--quiet', ...options, `file://${from}`, dir], {
    env: { ...process.env, ...gitEnvironment },
  })
  return dir
}

describe('what is read', () => {
  test('commits newest first with their folders, and the changesets they added', async () => {
    const repository = await repositoryOf()
    await change(repository, 'packages/a/src/x.ts', 'feat: one\n\nThe body,\nof two lines.')
    await repository.write({
      'packages/b/ü/y.ts': '',
      'packages/b/z.ts': '',
      'root.md': '',
      '.changeset/cats.md': '---\na: minor\n---\n\nCats',
    })
    const sha = await repository.commit('fix: zwei ü')
    const snapshot = await read(repository.root)
    expect(commitsOf(snapshot)).toEqual([
      ['fix: zwei ü', ['.', '.changeset', 'packages/b', 'packages/b/ü']],
      ['feat: one', ['packages/a/src']],
    ])
    expect(snapshot.history?.commits[0]).toMatchObject({ sha, addedChangesets: ['.changeset/cats.md'] })
    expect(snapshot.history?.commits[1]?.message).toBe('feat: one\n\nThe body,\nof two lines.')
    expect(snapshot.history?.commits[0]?.parents).toEqual([snapshot.history?.commits[1]?.sha])
    expect(snapshot.changesets).toMatchObject([{ id: 'cats', commit: sha }])
    expect(snapshot).toMatchObject({ head: sha, problems: [] })
  })

  test('a message may hold anything but NUL', async () => {
    const repository = await repositoryOf()
    const message = '\x01deadbeef\n\x02 A\tB \x1b[31m " \' $(id)\n\n:100644 M\x7f'
    await change(repository, 'packages/a/A', message)
    expect((await read(repository.root)).history?.commits[0]?.message).toBe(message)
  })

  test('a path may look like a header', async () => {
    const repository = await repositoryOf()
    await change(repository, 'packages/a/\x01dead/\nA', 'feat: odd names')
    expect(commitsOf(await read(repository.root))).toEqual([['feat: odd names', ['packages/a/\x01dead']]])
  })

  test('only as much of a message as a person would write', async () => {
    const repository = await repositoryOf()
    writeFileSync(join(repository.root, '..', 'message'), `feat: long\n\n${'x'.repeat(1_000_000)}`)
    await repository.git('commit', '--quiet', '--allow-empty', '--file', '../message')
    expect((await read(repository.root)).history?.commits[0]?.message.length).toBeLessThan(70_000)
  })

  test('a merge keeps both of its parents, and each side its commits', async () => {
    const repository = await repositoryOf()
    await repository.git('checkout', '--quiet', '-b', 'side')
    await change(repository, 'packages/a/x', 'feat: side').catch(() => {})
    await repository.git('checkout', '--quiet', 'main')
    await change(repository, 'packages/b/x', 'feat: main')
    await repository.git('merge', '--quiet', '--no-ff', '--message', 'merge side', 'side')
    const { history } = await read(repository.root)
    expect(history?.commits.map(({ message }) => message)).toEqual(['merge side', 'feat: side', 'feat: main'])
    expect(history?.commits[0]?.parents).toEqual([history?.commits[2]?.sha, history?.commits[1]?.sha])
  })

  test('a package at 0.0.0 was not released by the commit that brought it, where release-please would say so', async () => {
    const repository = await repositoryOf()
    await repository.write({ 'packages/c/package.json': manifest('c', '0.0.0') })
    await repository.commit('feat: a cellar')
    const releases = async (preset: string) => {
      await repository.write({ 'topsail.json': { sources: 'commits', commits: { preset } } })
      const { plan } = await planWorkspace({ cwd: repository.root })
      return plan.releases.map(({ name, to }) => `${name} ${to}`)
    }
    expect(await releases('release-please')).toEqual(['c 1.0.0'])
    expect(await releases('conventional')).toEqual([])
  })

  test('packages in which only ignored files changed since their release have none', async () => {
    const repository = await repositoryOf({
      ...shop,
      'topsail.json': { sources: 'commits', commits: { preset: 'lerna', ignoreFiles: ['*.md', '**/a/test/**'] } },
    })
    await repository.commit('chore: begin')
    for (const name of ['a', 'b']) await repository.git('tag', `${name}@1.0.0`)
    await change(repository, 'packages/a/docs/README.md', 'docs(a): more')
    await change(repository, 'packages/a/test/x.ts', 'feat(a): taken back')
    await change(repository, 'packages/a/index.ts', 'feat(a): taken back')
    await repository.git('rm', '-q', 'packages/a/index.ts')
    await repository.commit('revert')
    await change(repository, 'packages/b/README.md', 'docs(b): more')
    const releases = async () => (await planWorkspace({ cwd: repository.root })).plan.releases.map(({ name }) => name)
    expect(await releases()).toEqual([])
    await change(repository, 'packages/b/index.ts', 'fix(b): it')
    expect(await releases()).toEqual(['b'])
  })

  test('is the same whatever the user has set for what git shows, and whatever this clone replaces', async () => {
    const placed = Object.entries(shop).map(([path, content]) => [`deep/${path}`, content] as const)
    const { root, git, ...repository } = await repositoryOf(Object.fromEntries(placed))
    await change({ root, git, ...repository }, 'deep/packages/a/x.js', 'feat: x')
    await change({ root, git, ...repository }, 'deep/packages/a/y.js', 'fix: y')
    const plain = await read(join(root, 'deep'), { index: false })
    expect(commitsOf(plain)?.[0]).toEqual(['fix: y', ['packages/a']])
    for (const setting of ['diff.relative true', 'log.showRoot false', 'diff.renames copies', 'log.showSignature true'])
      await git('config', ...setting.split(' '))
    await git('replace', '--graft', 'HEAD')
    const { history } = await read(join(root, 'deep'), { index: false })
    expect(history).toEqual(plain.history)
  })

  test('a workspace in a sub-folder sees its own folders, and no others', async () => {
    const inner = Object.fromEntries(Object.entries(shop).map(([path, content]) => [`apps/shop/${path}`, content]))
    const repository = await repositoryOf({ ...inner, 'other/x': '' })
    await change(repository, 'apps/shop/packages/a/src/x', 'feat: inside')
    await change(repository, 'other/y', 'feat: outside')
    await change(repository, 'apps/shopping/y', 'feat: beside')
    const snapshot = await read(join(repository.root, 'apps/shop'))
    expect(commitsOf(snapshot)).toEqual([
      ['feat: beside', []],
      ['feat: outside', []],
      ['feat: inside', ['packages/a/src']],
    ])
    expect(releasesOf(snapshot)).toEqual({ a: 'manifest', b: 'manifest' })
  })
})

describe('the last release', () => {
  test('is what the tag of the current version names, annotated or not', async () => {
    const repository = await repositoryOf()
    await change(repository, 'packages/a/x', 'feat: released')
    await repository.git('tag', 'a@1.0.0')
    await repository.git('tag', '-a', '-m', 'b', 'b@1.0.0')
    await repository.git('tag', 'a@9.9.9', 'HEAD~1')
    await change(repository, 'packages/a/y', 'feat: not yet')
    const snapshot = await read(repository.root)
    expect(releasesOf(snapshot)).toEqual({ a: 'a@1.0.0', b: 'b@1.0.0' })
    expect(commitsOf(snapshot)).toEqual([['feat: not yet', ['packages/a']]])
  })

  test('is found by a configured pattern, also in place of a name', async () => {
    const repository = await repositoryOf({ ...shop, 'topsail.json': { tagPattern: 'release/{name}/v{version}' } })
    await repository.git('tag', 'release/a/v1.0.0')
    await repository.git('tag', 'b@1.0.0')
    expect(releasesOf(await read(repository.root))).toEqual({ a: 'release/a/v1.0.0', b: 'b@1.0.0' })
  })

  test('is what a tag of release-please names, where that means one package', async () => {
    const repository = await repositoryOf({
      ...shop,
      'topsail.json': { commits: { preset: 'release-please' } },
      'packages/a/package.json': manifest('@acme/a'),
      'packages/b/package.json': manifest('@acme/b'),
      'packages/c/package.json': manifest('@other/b'),
    })
    for (const tag of ['a-v1.0.0', 'b-v1.0.0']) await repository.git('tag', tag)
    expect(releasesOf(await read(repository.root))).toEqual({
      '@acme/a': 'a-v1.0.0',
      '@acme/b': 'manifest',
      '@other/b': 'manifest',
    })
    await repository.write({ 'topsail.json': {} })
    expect(releasesOf(await read(repository.root))['@acme/a']).toBe('manifest')
  })

  test('that is tagged and later than the manifest is told of, unless it lies beside our history', async () => {
    const repository = await repositoryOf()
    await repository.git('tag', 'a@3.4.1')
    await repository.git('tag', 'a@2.0.0')
    await repository.git('tag', 'a@4.0.0-beta.1')
    await repository.git('checkout', '--quiet', '-b', 'next')
    await change(repository, 'packages/b/x', 'feat: next')
    await repository.git('tag', 'b@2.0.0')
    await repository.git('checkout', '--quiet', 'main')
    const behind = [{ name: 'a', version: '1.0.0', released: '3.4.1', tag: 'a@3.4.1' }]
    expect((await read(repository.root)).problems).toEqual([
      { code: 'VERSION_BEHIND_TAG', severity: 'warning', behind },
    ])
    await repository.git('tag', 'a@1.0.0')
    expect((await read(repository.root)).problems).toEqual([])
  })

  test('of packages that share their tags is the last one of any of them, unless a package came later', async () => {
    const repository = await repositoryOf({
      ...shop,
      'topsail.json': { tagPattern: 'v{version}', fixed: [['**']] },
      'packages/a/package.json': manifest('a', '1.1.0'),
      'packages/b/package.json': manifest('b', '0.0.0'),
    })
    await repository.git('tag', 'b@0.0.0')
    await change(repository, 'packages/b/x.ts', 'feat!: one')
    await repository.git('tag', 'v1.0.0')
    await change(repository, 'packages/b/x.ts', 'feat: two')
    await repository.git('tag', 'v1.1.0')
    await change(repository, 'packages/b/x.ts', 'fix: three')
    await repository.write({ 'packages/c/package.json': manifest('c', '0.1.0') })
    await repository.commit('feat: a third')
    const snapshot = await read(repository.root)
    expect(releasesOf(snapshot)).toEqual({ a: 'v1.1.0', b: 'v1.1.0', c: 'manifest' })
    const { plan } = await planWorkspace({ cwd: repository.root, sources: 'commits' })
    expect(plan.problems.map(({ code }) => code)).not.toContain('VERSION_BEHIND_TAG')
    expect(plan.releases.map(({ name, to }) => `${name} ${to}`)).toEqual(['a 1.1.1', 'b 1.1.1', 'c 1.1.1'])
  })

  test('of packages without a tag is the newest tag of any, as Lerna has it, unless a package came later', async () => {
    const repository = await repositoryOf({
      ...shop,
      'topsail.json': { commits: { preset: 'lerna' } },
      'packages/c/package.json': manifest('c'),
    })
    await change(repository, 'packages/c/x.ts', 'feat: one')
    await repository.git('tag', 'a@1.0.0')
    await change(repository, 'packages/c/x.ts', 'feat: two')
    await repository.git('tag', 'b@1.0.0')
    await change(repository, 'packages/c/x.ts', 'fix: three')
    await repository.write({ 'packages/d/package.json': manifest('d') })
    await repository.commit('feat: a fourth')
    const snapshot = await read(repository.root)
    expect(releasesOf(snapshot)).toEqual({ a: 'a@1.0.0', b: 'b@1.0.0', c: 'b@1.0.0', d: 'manifest' })
  })

  test('of a single package is its v tag', async () => {
    const repository = await repositoryOf({ 'package.json': manifest('only', '2.1.0') })
    await repository.git('tag', 'v2.1.0')
    await change(repository, 'x', 'feat: next')
    const snapshot = await read(repository.root)
    expect(releasesOf(snapshot)).toEqual({ only: 'v2.1.0' })
    expect(commitsOf(snapshot)).toEqual([['feat: next', ['.']]])
  })

  test('is the commit that wrote the version where there is no tag', async () => {
    const repository = await repositoryOf()
    await change(repository, 'packages/a/x', 'feat: old')
    await repository.write({ 'packages/a/package.json': manifest('a', '1.1.0') })
    const release = await repository.commit('release a')
    await repository.write({ 'packages/a/package.json': manifest('a', '1.1.0', { dependencies: { x: '1' } }) })
    await repository.commit('feat: depend')
    const { history } = await read(repository.root)
    expect(history?.lastRelease['a']).toEqual({ commit: release, by: 'manifest' })
  })

  test('is all that is committed when the version was written but not committed', async () => {
    const repository = await repositoryOf()
    await repository.write({ 'packages/a/package.json': manifest('a', '1.1.0') })
    await repository.commit('release a')
    for (const path of ['packages/a/x', 'packages/a/y']) {
      const head = await change(repository, path, 'feat: more')
      await repository.write({ 'packages/a/package.json': manifest('a', '1.2.0') })
      expect((await read(repository.root)).history?.lastRelease['a']?.commit).toBe(head)
      expect((await read(repository.root)).history?.lastRelease['a']?.commit).toBe(head)
      await repository.git('checkout', '--quiet', '.')
    }
  })

  test('does not exist for a package that was never committed, whatever its name', async () => {
    const repository = await repositoryOf()
    await repository.write({ 'packages/new/package.json': manifest('__proto__') })
    expect(releasesOf(await read(repository.root))).toEqual({ a: 'manifest', b: 'manifest' })
  })

  test('on a line that was not merged back counts from where it left ours', async () => {
    const repository = await repositoryOf()
    const base = await change(repository, 'packages/a/x', 'feat: in both')
    await repository.git('checkout', '--quiet', '-b', 'release/1')
    await change(repository, 'packages/a/y', 'fix: only there').catch(() => {})
    await repository.git('tag', 'a@1.0.0')
    await repository.git('tag', 'b@1.0.0')
    await repository.git('checkout', '--quiet', 'main')
    await change(repository, 'packages/a/z', 'feat: only here')
    const snapshot = await read(repository.root)
    expect(snapshot.history?.lastRelease['a']).toEqual({ commit: base, by: 'tag', tag: 'a@1.0.0' })
    expect(commitsOf(snapshot)).toEqual([['feat: only here', ['packages/a']]])
  })

  test('of packages that are never released does not keep old history', async () => {
    const repository = await repositoryOf({ ...shop, '.changeset/config.json': { ignore: ['b'] } })
    await change(repository, 'packages/a/x', 'feat: old')
    await repository.git('tag', 'a@1.0.0')
    await change(repository, 'packages/b/x', 'feat: new')
    expect(commitsOf(await read(repository.root))).toEqual([['feat: new', ['packages/b']]])
  })
})

describe('git as it comes', () => {
  test('without git, without a repository, without a commit, changesets are still read', async () => {
    const repository = await repositoryOf({ ...shop, '.changeset/cats.md': '---\na: minor\n---\n' })
    rmSync(join(repository.root, '.git'), { recursive: true })
    const outside = { GIT_CEILING_DIRECTORIES: join(repository.root, '..') }
    const missing: Git = async () => ({ kind: 'missing', detail: 'ENOENT' })
    const nowhere: Git = (args, options) => gitIn(repository.root)(args, { ...options, env: outside })
    for (const [git, why] of [
      [missing, 'no-git'],
      [nowhere, 'no-repository'],
    ] as const) {
      const snapshot = await read(repository.root, { git })
      expect(snapshot).toMatchObject({ history: undefined, head: undefined, changesets: [{ id: 'cats' }] })
      expect(snapshot.problems).toMatchObject([{ code: 'HISTORY_UNAVAILABLE', severity: 'warning', why }])
      expect((await read(repository.root, { git, sources: 'changesets' })).problems).toEqual([])
      expect((await read(repository.root, { git, sources: 'commits' })).problems).toMatchObject([{ severity: 'error' }])
    }
    execFileSync('git', ['init', '--quiet', repository.root])
    const empty = await read(repository.root)
    expect(empty).toMatchObject({ head: undefined, problems: [], history: { commits: [], lastRelease: {} } })
  })

  test('a git that is too old is told by its version, and asked for it only where it may be', async () => {
    const repository = await repositoryOf({ ...shop, '.changeset/cats.md': '---\na: minor\n---\n' })
    await repository.git('tag', 'a@1.0.0')
    await change(repository, 'packages/a/x', 'feat: new')
    /** Says an option back that it does not know, as git before 2.31. */
    const older = (version: string, asked: (readonly string[])[] = []): Git => {
      const git = gitIn(repository.root)
      return async (args, options) => {
        asked.push(args)
        if (args.includes('--version')) return { kind: 'done', code: 0, stdout: `git version ${version}\n`, stderr: '' }
        const option = args.find((arg) => arg.startsWith('--path-format'))
        const answer = await git(option === undefined ? args : args.filter((arg) => arg !== option), options)
        if (option === undefined || answer.kind === 'missing') return answer
        const lines = answer.stdout.trimEnd().split('\n')
        return { ...answer, stdout: [...lines.slice(0, -1), option, ...lines.slice(-1), ''].join('\n') }
      }
    }
    const young = await read(repository.root)
    const usable = await read(repository.root, { git: older('2.30.2 (Apple Git-130)') })
    expect(commitsOf(usable)).toEqual(commitsOf(young))
    expect(usable.head).toBe(young.head)
    expect((await read(repository.root, { git: older('2.25.1') })).problems).toMatchObject([
      { code: 'HISTORY_UNAVAILABLE', severity: 'error', why: 'git-too-old', detail: '2.25.1' },
    ])
    expect((await read(repository.root, { git: older('2.25.1'), sources: 'changesets' })).problems).toEqual([
      { code: 'GIT_TOO_OLD', severity: 'warning', found: '2.25.1' },
    ])
    const asked: (readonly string[])[] = []
    const git: Git = (args, options) => (asked.push(args), gitIn(repository.root)(args, options))
    await read(repository.root, { git })
    expect(asked.filter((args) => args.includes('--version'))).toEqual([])
  })

  test('a detached head, a worktree and a submodule are read alike', async () => {
    const repository = await repositoryOf()
    await change(repository, 'packages/a/x', 'feat: one')
    const wanted = commitsOf(await read(repository.root))
    const worktree = join(temporary(), 'tree')
    await repository.git('worktree', 'add', '--quiet', '--detach', worktree)
    expect(commitsOf(await read(worktree))).toEqual(wanted)
    expect(readdirSync(join(repository.root, '.git/topsail'))).toHaveLength(1)
    const outer = await repositoryOf({ 'readme.md': '' })
    await outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', repository.remote, 'inner')
    expect(commitsOf(await read(join(outer.root, 'inner')))).toEqual(wanted)
  })

  test('from changesets alone no commit is listed, unless somebody asks who added them', async () => {
    const repository = await repositoryOf({ ...shop, '.changeset/cats.md': '---\na: minor\n---\n' })
    const sha = await repository.git('rev-parse', 'HEAD')
    const asked: string[] = []
    const git: Git = (args, options) => {
      asked.push(args[0] ?? '')
      return gitIn(repository.root)(args, options)
    }
    await read(repository.root, { git, sources: 'changesets' })
    expect(asked).toEqual(['rev-parse'])
    const named = await read(repository.root, { git, sources: 'changesets', changesetCommits: true })
    expect(named.changesets).toMatchObject([{ id: 'cats', commit: sha }])
  })

  test('the number of processes does not grow with packages or commits', async () => {
    const repository = await repositoryOf()
    const count = async (): Promise<number> => {
      let processes = 0
      const git: Git = (args, options) => {
        processes += 1
        return gitIn(repository.root)(args, options)
      }
      await read(repository.root, { git, index: false })
      return processes
    }
    const before = await count()
    for (const name of ['c', 'd', 'e', 'f']) {
      await repository.write({ [`packages/${name}/package.json`]: manifest(name) })
      await repository.commit(`feat: ${name}`)
    }
    expect(await count()).toBe(before)
  })
})

describe('clones that have not everything', () => {
  test('a blobless clone fetches nothing where tags tell the releases', async () => {
    const repository = await repositoryOf()
    await repository.git('tag', 'a@1.0.0')
    await repository.git('tag', 'b@1.0.0')
    for (const name of ['x', 'y', 'z']) await change(repository, `packages/a/${name}`, `feat: ${name}`)
    await repository.git('push', '--quiet', '--tags', 'origin', 'main')
    await repository.git('--git-dir', repository.remote, 'config', 'uploadpack.allowFilter', 'true')
    const dir = clone(repository.remote, '--filter=blob:none')
    const objects = (): string => execFileSync('git', ['count-objects', '-v'], { cwd: dir, encoding: 'utf8' })
    const before = objects()
    expect(commitsOf(await read(dir))).toEqual([
      ['feat: z', ['packages/a']],
      ['feat: y', ['packages/a']],
      ['feat: x', ['packages/a']],
    ])
    expect(objects()).toBe(before)
  })

  test('a blobless clone fetches the manifests it needs together where no tags tell', async () => {
    const repository = await repositoryOf()
    for (const version of ['1.1.0', '1.2.0', '1.3.0']) {
      await repository.write({ 'packages/a/package.json': manifest('a', version) })
      await repository.commit(`release ${version}`)
    }
    await repository.git('--git-dir', repository.remote, 'config', 'uploadpack.allowFilter', 'true')
    await repository.git('--git-dir', repository.remote, 'config', 'uploadpack.allowAnySHA1InWant', 'true')
    const dir = clone(repository.remote, '--filter=blob:none')
    const asked: string[] = []
    const git: Git = (args, options) => {
      asked.push(args.find((arg) => /^[a-z]/.test(arg) && !arg.includes('=')) ?? '')
      return gitIn(dir)(args, options)
    }
    const { history } = await read(dir, { git })
    expect(history?.lastRelease['a']?.commit).toBe(await repository.git('rev-parse', 'HEAD'))
    expect(asked.filter((name) => name === 'fetch')).toHaveLength(1)
  })

  test('what "commits.since" contains counts for nobody; a release that is newer stands, and nothing older is fetched', async () => {
    const repository = await repositoryOf()
    await emptyCommits(repository, 120)
    await repository.git('reset', '--quiet', '--hard')
    await change(repository, 'packages/a/x', 'feat: old')
    const since = await change(repository, 'packages/b/x', 'feat: old as well')
    await repository.write({ 'packages/b/package.json': manifest('b', '1.1.0') })
    const released = await repository.commit('chore: release b')
    await repository.write({ 'topsail.json': { sources: 'both', commits: { since } } })
    await change(repository, 'packages/a/y', 'feat: new')
    const shallow = clone(repository.remote, '--depth=1')
    for (const dir of [repository.root, shallow]) {
      const snapshot = await read(dir)
      expect(snapshot.problems).toEqual([])
      expect(snapshot.history?.lastRelease).toEqual({
        a: { commit: since, by: 'since' },
        b: { commit: released, by: 'manifest' },
      })
      expect(commitsOf(snapshot)?.map(([subject]) => subject)).toEqual(['feat: new', 'chore: release b'])
    }
    const depth = execFileSync('git', ['rev-list', '--count', 'HEAD'], { cwd: shallow, encoding: 'utf8' })
    expect(Number(depth)).toBeLessThan(120)
  })

  test('"commits.since" that nobody has is told, and everything counts', async () => {
    const repository = await repositoryOf()
    await repository.write({ 'topsail.json': { sources: 'both', commits: { since: 'a'.repeat(40) } } })
    await change(repository, 'packages/a/x', 'feat: new')
    const snapshot = await read(repository.root)
    expect(snapshot.problems).toEqual([
      { code: 'COMMITS_SINCE_UNKNOWN', severity: 'warning', place: { file: 'topsail.json' }, commit: 'a'.repeat(40) },
    ])
    expect(commitsOf(snapshot)).toEqual([['feat: new', ['.', 'packages/a']]])
  })

  test('a shallow clone is deepened from its remote until the last releases are in it', async () => {
    const repository = await repositoryOf()
    await emptyCommits(repository, 120)
    await change(repository, 'packages/a/x', 'feat: new')
    const whole = await read(repository.root)
    const dir = clone(repository.remote, '--depth=1')
    const snapshot = await read(dir)
    expect(snapshot.problems).toEqual([])
    expect(commitsOf(snapshot)).toEqual(commitsOf(whole))
    expect(snapshot.history?.lastRelease).toEqual(whole.history?.lastRelease)
  })

  test('tags of the remote are known to a shallow clone, and only as much is fetched as they need', async () => {
    const repository = await repositoryOf()
    await emptyCommits(repository, 150)
    for (const tag of ['a@1.0.0', 'b@1.0.0']) await repository.git('tag', '-a', '-m', tag, tag)
    await change(repository, 'packages/a/x', 'feat: new')
    await repository.git('push', '--quiet', '--tags', 'origin', 'main')
    const dir = clone(repository.remote, '--depth=1', '--no-tags')
    const snapshot = await read(dir)
    expect(commitsOf(snapshot)).toEqual([['feat: new', ['packages/a']]])
    expect(releasesOf(snapshot)).toEqual({ a: 'a@1.0.0', b: 'b@1.0.0' })
    expect(execFileSync('git', ['rev-parse', '--is-shallow-repository'], { cwd: dir, encoding: 'utf8' }).trim()).toBe(
      'true',
    )
  })

  test('a shallow clone without its remote says what to fetch', async () => {
    const repository = await repositoryOf()
    await change(repository, 'packages/a/x', 'feat: new')
    const dir = clone(repository.remote, '--depth=1')
    execFileSync('git', ['remote', 'set-url', 'origin', 'file:///nowhere/at/all'], { cwd: dir })
    expect((await read(dir)).problems).toMatchObject([
      { code: 'HISTORY_SHALLOW', severity: 'error', names: ['a', 'b'], remote: 'origin' },
    ])
  })
})

describe('the index', () => {
  const indexOf = (root: string): string => {
    const folder = join(root, '.git/topsail')
    return join(folder, readdirSync(folder)[0] ?? '')
  }

  test('gives what git gives, after more commits and on another branch', async () => {
    const repository = await repositoryOf()
    for (const name of ['x', 'y']) await change(repository, `packages/a/${name}`, `feat: ${name}`)
    await read(repository.root)
    await repository.git('checkout', '--quiet', '-b', 'other', 'HEAD~1')
    await repository.write({
      'packages/b/package.json': manifest('b', '1.1.0'),
      '.changeset/cats.md': '---\na: minor\n---\n',
    })
    await repository.git('add', '--all')
    await repository.git('commit', '--quiet', '--message', 'release b')
    await repository.git('merge', '--quiet', '--no-ff', '--message', 'merge', 'main')
    const fresh = await read(repository.root, { index: false, now: '' })
    expect(await read(repository.root, { now: '' })).toEqual(fresh)
    expect(await read(repository.root, { now: '' })).toEqual(fresh)
  })

  test('saves git the walk', async () => {
    const repository = await repositoryOf()
    await change(repository, 'packages/a/x', 'feat: x')
    await read(repository.root)
    const asked: string[] = []
    const git: Git = (args, options) => {
      asked.push(args[0] ?? '')
      return gitIn(repository.root)(args, options)
    }
    await read(repository.root, { git })
    expect(asked).toEqual(['rev-parse', 'show-ref'])
  })

  test('is made again when history was rewritten', async () => {
    const repository = await repositoryOf()
    await change(repository, 'packages/a/x', 'feat: x')
    await read(repository.root)
    await repository.git('commit', '--quiet', '--amend', '--message', 'feat: said better')
    await repository.git('reflog', 'expire', '--expire=now', '--all')
    await repository.git('gc', '--quiet', '--prune=now')
    expect(commitsOf(await read(repository.root))).toEqual([['feat: said better', ['packages/a']]])
  })

  test('a new release is seen although the index knows an older one', async () => {
    const repository = await repositoryOf()
    await read(repository.root)
    await repository.write({ 'packages/a/package.json': manifest('a', '1.1.0') })
    const release = await repository.commit('release a')
    expect((await read(repository.root)).history?.lastRelease['a']?.commit).toBe(release)
    await repository.write({ 'packages/a/package.json': manifest('a', '1.0.0') })
    const back = await repository.commit('take a back')
    expect((await read(repository.root)).history?.lastRelease['a']?.commit).toBe(back)
  })

  test.each([
    ['is empty', () => Buffer.alloc(0)],
    ['ends early', (file: Buffer) => file.subarray(0, file.length - 9)],
    ['has another byte', (file: Buffer) => Buffer.from(file.map((byte, at) => (at === 300 ? byte ^ 1 : byte)))],
    [
      'has another byte in its head',
      (file: Buffer) => Buffer.from(file.map((byte, at) => (at === 41 ? byte ^ 1 : byte))),
    ],
    ['is of another version', (file: Buffer) => Buffer.from(file.map((byte, at) => (at === 16 ? byte ^ 1 : byte)))],
    ['is something else', () => Buffer.from('x'.repeat(10_000))],
  ])('a file that %s is ignored and replaced', async (_, damage) => {
    const repository = await repositoryOf()
    await change(repository, 'packages/a/x', 'feat: x')
    const wanted = await read(repository.root, { now: '' })
    const file = indexOf(repository.root)
    const sound = readFileSync(file)
    writeFileSync(file, damage(sound))
    expect(await read(repository.root, { now: '' })).toEqual(wanted)
    expect(readFileSync(file)).toEqual(sound)
  })

  test('many may read and write it at once', async () => {
    const repository = await repositoryOf()
    await change(repository, 'packages/a/x', 'feat: x')
    const wanted = await read(repository.root, { index: false, now: '' })
    const snapshots = await Promise.all(Array.from({ length: 6 }, () => read(repository.root, { now: '' })))
    for (const snapshot of snapshots) expect(snapshot).toEqual(wanted)
    expect(readdirSync(join(repository.root, '.git/topsail'))).toHaveLength(1)
  })
})
