/**
 * Which packages a commit is about: those whose files it touched, narrowed by its scope where the scope names a package.
 * A directory belongs to the package with the longest folder above it; every directory is looked up once, by walking
 * up until a folder is known, so the whole is linear in the directories.
 */
import type { Attribution } from './commit-presets.ts'
import type { PackageName, Path } from '../names.ts'
import type { CommitSettings } from '../settings.ts'
import { dependencyFields, type Package } from '../workspace.ts'

/**
 * For every directory the packages it belongs to; more than one only where the preset counts nested ones. Those that
 * exclude a folder have nothing of what lies below it.
 */
export function packagesOfDirs(
  dirs: readonly Path[],
  packages: readonly Package[],
  attribution: Attribution,
  excludePaths: CommitSettings['excludePaths'] = {},
): readonly (readonly PackageName[])[] {
  const own = new Map(packages.map((pkg) => [pkg.dir, pkg.name]))
  const root = own.get('.')
  const base = root !== undefined && attribution.root === 'rest' ? [root] : []
  const everywhere = root !== undefined && attribution.root === 'everything' ? [root] : []
  const known = new Map<Path, readonly PackageName[]>([['.', [...base, ...everywhere]]])
  const excluded = new Map<Path, Set<PackageName>>()
  for (const [name, folders] of Object.entries(excludePaths)) {
    for (const folder of folders) excluded.set(folder, (excluded.get(folder) ?? new Set()).add(name))
  }

  const ownersOf = (dir: Path): readonly PackageName[] => {
    const unknown: Path[] = []
    let at = dir
    while (!known.has(at)) {
      unknown.push(at)
      at = parentOf(at)
    }
    let owners = known.get(at) ?? []
    for (const below of unknown.reverse()) {
      const name = own.get(below)
      if (name !== undefined) {
        const outer = attribution.nested ? owners : owners.filter((owner) => everywhere.includes(owner))
        const isFenced = Object.hasOwn(excludePaths, name) && excludePaths[name]?.some((folder) => lies(below, folder))
        owners = isFenced === true ? outer : [...outer, name]
      }
      const outside = excluded.get(below)
      if (outside !== undefined) owners = owners.filter((owner) => !outside.has(owner))
      known.set(below, owners)
    }
    return owners
  }
  return dirs.map(ownersOf)
}

/** In the folder, or the folder itself. */
function lies(dir: Path, folder: Path): boolean {
  return dir === folder || dir.startsWith(`${folder}/`)
}

function parentOf(dir: Path): Path {
  const slash = dir.lastIndexOf('/')
  return slash <= 0 ? '.' : dir.slice(0, slash)
}

/**
 * Every package that depends on the given one, by whatever section and however far, itself left out. What Nx was told
 * beside the manifests counts as well.
 */
export function transitiveDependents(
  packages: readonly Package[],
  projects: CommitSettings['projects'] = {},
): (name: PackageName) => readonly PackageName[] {
  const dependents = new Map<PackageName, PackageName[]>(packages.map((pkg) => [pkg.name, []]))
  for (const pkg of packages) {
    const told = Object.hasOwn(projects, pkg.name) ? projects[pkg.name] : undefined
    const needed = [...manifestKeys(pkg), ...(told?.needs ?? [])]
    for (const key of needed) if (told?.needsNot?.includes(key) !== true) dependents.get(key)?.push(pkg.name)
  }
  const known = new Map<PackageName, readonly PackageName[]>()
  return (name) => {
    const answer = known.get(name)
    if (answer !== undefined) return answer
    const seen = new Set([name])
    for (const at of seen) for (const dependent of dependents.get(at) ?? []) seen.add(dependent)
    seen.delete(name)
    const found = [...seen]
    known.set(name, found)
    return found
  }
}

function manifestKeys(pkg: Package): readonly PackageName[] {
  return dependencyFields.flatMap((field) => {
    const section: unknown = pkg.manifest[field]
    return typeof section === 'object' && section !== null ? Object.keys(section) : []
  })
}

/** Each part of a scope with the packages it may mean: none, one, or several when it is ambiguous. */
export type ScopePart = { readonly part: string; readonly packages: readonly PackageName[] }

/** By full name, else by folder, else by short name, else by the folder's own name: the first that names any. */
export function scopeResolver(packages: readonly Package[]): (scope: string) => readonly ScopePart[] {
  const keys: readonly ((pkg: Package) => string)[] = [
    (pkg) => pkg.name,
    (pkg) => pkg.dir,
    (pkg) => lastPart(pkg.name),
    (pkg) => lastPart(pkg.dir),
  ]
  const tiers: ReadonlyMap<string, readonly PackageName[]>[] = []
  const named = (text: string): readonly PackageName[] => {
    for (let at = 0; at < keys.length; at += 1) {
      const names = (tiers[at] ??= groupNames(packages, keys[at] ?? ((pkg) => pkg.name))).get(text)
      if (names !== undefined) return names
    }
    return []
  }
  const known = new Map<string, readonly ScopePart[]>()
  return (scope) => {
    const answer = known.get(scope)
    if (answer !== undefined) return answer
    const parts = scope
      .slice(0, 1000)
      .split(/[,;&]/)
      .flatMap((text) => resolvePart(text.trim(), named))
    known.set(scope, parts)
    return parts
  }
}

/**
 * As nx matches project names: the whole name, else any run of letters, digits and hyphens in it, whatever their case;
 * `*` is everybody, and a folder counts only in full. A project may be called otherwise than its package.
 */
export function nxScopeResolver(
  packages: readonly Package[],
  projects: CommitSettings['projects'] = {},
): (scope: string) => readonly ScopePart[] {
  const projectOf = ({ name }: Package): string => (Object.hasOwn(projects, name) ? projects[name]?.name : name) ?? name
  const names = groupNames(packages, projectOf)
  const folders = groupNames(packages, (pkg) => pkg.dir)
  const words = new Map<string, PackageName[]>()
  for (const pkg of packages) {
    const { name } = pkg
    for (const word of new Set(
      projectOf(pkg)
        .toLowerCase()
        .split(/[^@a-z0-9-]+/),
    )) {
      const known = words.get(word)
      if (known === undefined) words.set(word, [name])
      else known.push(name)
    }
  }
  const everybody = packages.map(({ name }) => name)
  return (scope) =>
    scope
      .slice(0, 1000)
      .split(',')
      .map((text) => {
        const part = text.trim()
        if (part === '*') return { part, packages: everybody }
        return { part, packages: names.get(part) ?? words.get(part.toLowerCase()) ?? folders.get(part) ?? [] }
      })
}

/** `core/parser` may be a name as a whole; else its pieces may be. */
function resolvePart(part: string, named: (text: string) => readonly PackageName[]): readonly ScopePart[] {
  const packages = named(part)
  if (packages.length > 0 || part.startsWith('@') || !/[/ ]/.test(part)) return [{ part, packages }]
  return part.split(/[/ ]+/).map((piece) => ({ part: piece, packages: named(piece) }))
}

function groupNames(
  packages: readonly Package[],
  key: (pkg: Package) => string,
): ReadonlyMap<string, readonly PackageName[]> {
  const groups = new Map<string, PackageName[]>()
  for (const pkg of packages) {
    const group = groups.get(key(pkg))
    if (group === undefined) groups.set(key(pkg), [pkg.name])
    else group.push(pkg.name)
  }
  return groups
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
