/**
 * Chandlery: a small shop whose services run. Its files lie in `shop/` beside this folder, as they were at the last
 * release; the history that led there, and what came after (`shop-story.ts`), is written by this file. No package
 * needs anything from outside the shop.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeRepository, type FleetCommit } from './repository.ts'
import { shopStory, type ShopChange } from './shop-story.ts'

export type ShopPackage = {
  readonly name: string
  readonly version: string
  readonly dir: string
  readonly private: boolean
}

/** Writes the shop into an empty folder, as a git repository with main checked out. */
export function writeShop(dir: string): readonly ShopPackage[] {
  const files = readShop()
  const packages = shopPackages(files)
  writeRepository(dir, stamp([...releasedCommits(files, packages), ...unreleasedCommits(files)]))
  return packages
}

type UndatedCommit = Omit<FleetCommit, 'author' | 'time'> & { readonly by: ShopChange['by'] }

function readShop(): ReadonlyMap<string, string> {
  const folder = fileURLToPath(new URL('../shop', import.meta.url))
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = entries
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('node_modules'))
  const named = paths.map((path): [string, string] => [
    relative(folder, path).split(sep).join('/'),
    readFileSync(path, 'utf8').replaceAll('\r\n', '\n'),
  ])
  return new Map(named.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

/** Libraries first: the folders' names happen to sort that way. */
function shopPackages(files: ReadonlyMap<string, string>): readonly ShopPackage[] {
  return [...files]
    .filter(([path]) => path.endsWith('/package.json'))
    .map(([path, text]) => {
      const manifest = JSON.parse(text) as { name: string; version: string; private?: boolean }
      const { name, version } = manifest
      return { name, version, dir: path.slice(0, -'/package.json'.length), private: manifest.private === true }
    })
}

function* releasedCommits(
  files: ReadonlyMap<string, string>,
  packages: readonly ShopPackage[],
): Generator<UndatedCommit> {
  const all = [...files]
  const isChangelog = (path: string): boolean => path.endsWith('CHANGELOG.md')
  const ofRoot = all.filter(([path]) => !packages.some((pkg) => path.startsWith(`${pkg.dir}/`)))
  yield { by: 'Ines Duarte', message: 'chore: open the shop\n', files: ofRoot }
  for (const [index, pkg] of packages.entries()) {
    const own = all.filter(([path]) => path.startsWith(`${pkg.dir}/`) && !isChangelog(path))
    const message = `feat(${pkg.dir.split('/')[1]}): move in from its own repository (#${20 + index})\n`
    yield { by: people[index % people.length] ?? 'Ines Duarte', message, files: own }
  }
  yield {
    by: 'Ines Duarte',
    message: 'chore(release): version packages\n',
    files: all.filter(([path]) => isChangelog(path)),
    tags: packages.filter((pkg) => !pkg.private).map((pkg) => `${pkg.name}@${pkg.version}`),
  }
}

function* unreleasedCommits(files: ReadonlyMap<string, string>): Generator<UndatedCommit> {
  const now = new Map(files)
  let previous: { subject: string; undo: readonly (readonly [string, string | undefined])[] } = {
    subject: '',
    undo: [],
  }
  for (const entry of shopStory) {
    if ('reverts' in entry) {
      const { subject, undo } = previous
      for (const [path, text] of undo) replaceFile(now, path, text)
      yield {
        by: entry.by,
        message: (parent) => `Revert "${subject}"\n\nThis reverts commit ${parent}.\n`,
        files: undo,
      }
      continue
    }
    const paths = [...new Set(entry.edits.map((edit) => edit.path))]
    previous = {
      subject: entry.message.split('\n', 1)[0] ?? '',
      undo: paths.map((path): [string, string | undefined] => [path, now.get(path)]),
    }
    applyEdits(now, entry)
    yield {
      by: entry.by,
      message: entry.message,
      files: paths.map((path): [string, string | undefined] => [path, now.get(path)]),
    }
  }
}

function applyEdits(files: Map<string, string>, change: ShopChange): void {
  for (const edit of change.edits) {
    const before = files.get(edit.path) ?? ''
    if ('text' in edit) {
      files.set(edit.path, edit.text)
      continue
    }
    if (!before.includes(edit.from)) throw new Error(`${edit.path} does not hold ${JSON.stringify(edit.from)}`)
    files.set(
      edit.path,
      before.replace(edit.from, () => edit.to),
    )
  }
}

function replaceFile(files: Map<string, string>, path: string, text: string | undefined): void {
  if (text === undefined) files.delete(path)
  else files.set(path, text)
}

const people: readonly ShopChange['by'][] = ['Ines Duarte', 'Jonas Weber', 'Maya Singh', 'Kofi Mensah']

/** Everybody commits in office hours, some hours apart. */
function* stamp(commits: readonly UndatedCommit[]): Generator<FleetCommit> {
  const start = Date.UTC(2026, 8, 1, 8, 12) / 1000
  for (const [index, { by, ...commit }] of commits.entries()) {
    const email = `${by.toLowerCase().replace(' ', '.')}@chandlery.example`
    const days = Math.floor(index / 3)
    yield { ...commit, author: { name: by, email }, time: start + days * 86_400 + (index % 3) * 9_780 }
  }
}
