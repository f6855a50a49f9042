/**
 * `changeset version` 3 and `topsail version --rules changesets@3` on recorded releases. From every repository of the
 * corpus two cases are taken where Changesets 3 wrote the recorded bytes: the middle one of those without, and the
 * middle one of those with pre mode. Changelogs are compared by their headings and bullets.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTree } from '@topsail/engine/testing'
import { makeWorkspace, type TestWorkspace } from '../src/testing/workspace.ts'

type Case = {
  readonly id: string
  readonly files: Readonly<Record<string, string>>
  readonly lockfiles?: readonly string[]
  readonly after: Readonly<Record<string, string>>
  readonly peersManifests?: { readonly v3?: { readonly bytes: boolean } }
}

const replay = join(import.meta.dirname, '../../../../shared/replay')
const cases = existsSync(replay) ? await chooseCases() : []

describe.skipIf(cases.length === 0)('beside Changesets 3, on recorded releases (needs ../shared/replay)', () => {
  test('there are at least 40 cases, from many repositories, with and without pre mode', () => {
    expect(cases.length).toBeGreaterThanOrEqual(40)
    expect(cases.filter(isPre).length).toBeGreaterThan(8)
  })

  test.concurrent.each(cases.map((recorded) => [recorded.id, recorded] as const))(
    '%s: the same manifests, changesets and changelog entries',
    async (_id, recorded) => {
      const theirs = makeWorkspace(filesOf(recorded))
      const ours = makeWorkspace(filesOf(recorded))
      try {
        migratePreState(theirs)
        expect(await changesetVersion(theirs)).toBe(0)
        const { code, stderr } = await ours.topsail('version', '--rules', 'changesets@3', '--sources', 'changesets')
        expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
        const [expected, actual] = [readTree(theirs.dir), readTree(ours.dir)]
        expect(withoutChangelogs(actual)).toEqual(withoutChangelogs(expected))
        expect(actual).toMatchObject(recorded.after)
        const unchanged = unchangedVersions(recorded)
        expect(changelogsOf(actual, unchanged)).toEqual(changelogsOf(expected, unchanged))
      } finally {
        theirs.remove()
        ours.remove()
      }
    },
  )
})

async function chooseCases(): Promise<readonly Case[]> {
  const { readCorpus } = (await import(join(replay, 'load.mjs'))) as { readCorpus: (file: string) => Iterable<Case> }
  const folder = join(replay, 'changesets')
  return readdirSync(folder)
    .toSorted()
    .flatMap((file) => {
      const written = [...readCorpus(join(folder, file))].filter((one) => one.peersManifests?.v3?.bytes === true)
      return [written.filter((one) => !isPre(one)), written.filter(isPre)].flatMap((kind) => {
        const middle = kind[Math.floor(kind.length / 2)]
        return middle === undefined ? [] : [middle]
      })
    })
}

function isPre({ files }: Case): boolean {
  return Object.hasOwn(files, '.changeset/pre.json')
}

/** Generators and formatters of the recorded repositories are not installed here; theirs and ours write git's lines. */
function filesOf({ files, lockfiles = [] }: Case): Readonly<Record<string, string>> {
  const config = JSON.parse(files['.changeset/config.json'] ?? '{}')
  const plain = { ...config, changelog: '@changesets/cli/changelog', format: false, commit: false }
  return {
    ...Object.fromEntries(lockfiles.map((path) => [path, ''])),
    ...files,
    '.changeset/config.json': JSON.stringify(plain),
  }
}

/**
 * `changeset version` reads changesets while it migrates a pre state of generation 2, and counts used ones again. Its
 * migration is done here beforehand; Topsail gets the files as they are.
 */
function migratePreState({ dir }: TestWorkspace): void {
  const path = join(dir, '.changeset/pre.json')
  if (!existsSync(path)) return
  const { initialVersions, changesets, ...kept } = JSON.parse(readFileSync(path, 'utf8'))
  if (initialVersions === undefined && changesets === undefined) return
  mkdirSync(join(dir, '.changeset/pre'), { recursive: true })
  for (const id of changesets ?? []) {
    const from = join(dir, '.changeset', `${id}.md`)
    if (existsSync(from)) renameSync(from, join(dir, '.changeset/pre', `${id}.md`))
  }
  writeFileSync(path, `${JSON.stringify(kept, undefined, 2)}\n`)
}

const changesetsCli = join(dirname(createRequire(import.meta.url).resolve('@changesets/cli/package.json')), 'bin.js')

function changesetVersion({ dir }: TestWorkspace): Promise<number | null> {
  const env = { PATH: process.env['PATH'], HOME: dir, NO_COLOR: '1' }
  const child = spawn(process.execPath, [changesetsCli, 'version'], { cwd: dir, env, stdio: 'ignore' })
  return new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
}

type Tree = Readonly<Record<string, string>>

function withoutChangelogs(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([path]) => !path.endsWith('CHANGELOG.md')))
}

/** `name@version` of every package that the recorded release left as it was. */
function unchangedVersions({ files, after }: Case): ReadonlySet<string> {
  const unchanged = new Set<string>()
  for (const [path, text] of Object.entries(files)) {
    if (!path.endsWith('package.json')) continue
    const { name, version } = JSON.parse(text)
    if (JSON.parse(after[path] ?? text).version === version) unchanged.add(`${name}@${version}`)
  }
  return unchanged
}

/**
 * Headings and bullets of every changelog. Dependencies stand in another order in ours, and without those whose version
 * did not change, which Changesets lists where a `workspace:` range names them.
 */
function changelogsOf(tree: Tree, unchanged: ReadonlySet<string>): Readonly<Record<string, readonly string[]>> {
  const changelogs = Object.entries(tree).filter(([path]) => path.endsWith('CHANGELOG.md'))
  return Object.fromEntries(changelogs.map(([path, text]) => [path, entryLines(text, unchanged)]))
}

const dependencyLine = /^ {0,2}- (\S+@\d\S*)$/

function entryLines(text: string, unchanged: ReadonlySet<string>): readonly string[] {
  const lines = text.split('\n').filter((line) => /^(?:#{1,2} |- | {2}- )/.test(line))
  const dependencies = lines.flatMap((line) => dependencyLine.exec(line)?.[1] ?? [])
  const released = dependencies.filter((dependency) => !unchanged.has(dependency)).toSorted()
  const others = lines
    .filter((line) => !dependencyLine.test(line))
    .filter((line) => released.length > 0 || !line.startsWith('- Updated dependencies'))
    // The commits differ where one of the two workspaces was migrated.
    .map((line) => line.replace(/^- [0-9a-f]{7}: /, '- ').replace(/ \[[0-9a-f]{7}\]$/, ''))
  return [...others, ...released]
}
