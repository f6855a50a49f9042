/**
 * Which packages a commit is about: those whose files it touched, narrowed by its scope where the scope names a package.
 * A directory belongs to the package with the longest folder above it; every directory is looked up once, by walking
 * up until a folder is known, so the whole is linear in the directories.
 */
import type { Attribution } from './commit-presets.ts'
import type { PackageName, Path } from '../names.ts'
import { dependencyFields, type Package } from '../workspace.ts'

/** For every directory the packages it belongs to; more than one only where the preset counts nested ones. */
export function packagesOfDirs(
  dirs: readonly Path[],
  packages: readonly Package[],
  attribution: Attribution,
): readonly (readonly PackageName[])[] {
  const own = new Map(packages.map((pkg) => [pkg.dir, pkg.name]))
  const root = own.get('.')
  const base = root !== undefined && attribution.root === 'rest' ? [root] : []
  const everywhere = root !== undefined && attribution.root === 'everything' ? [root] : []
  const known = new Map<Path, readonly PackageName[]>([['.', [...base, ...everywhere]]])

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
      if (name !== undefined) owners = attribution.nested ? [...owners, name] : [...everywhere, name]
      known.set(below, owners)
    }
    return owners
  }
  return dirs.map(ownersOf)
}

function parentOf(dir: Path): Path {
  const slash = dir.lastIndexOf('/')
  return slash <= 0 ? '.' : dir.slice(0, slash)
}

/** Every package that depends on the given one, by whatever section and however far, itself left out. */
export function transitiveDependents(packages: readonly Package[]): (name: PackageName) => readonly PackageName[] {
  const dependents = new Map<PackageName, PackageName[]>(packages.map((pkg) => [pkg.name, []]))
  for (const pkg of packages) {
    for (const field of dependencyFields) {
      const section: unknown = pkg.manifest[field]
      if (typeof section !== 'object' || section === null) continue
      for (const key of Object.keys(section)) dependents.get(key)?.push(pkg.name)
    }
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
 * `*` is everybody, and a folder counts only in full.
 */
export function nxScopeResolver(packages: readonly Package[]): (scope: string) => readonly ScopePart[] {
  const names = groupNames(packages, (pkg) => pkg.name)
  const folders = groupNames(packages, (pkg) => pkg.dir)
  const words = new Map<string, PackageName[]>()
  for (const { name } of packages) {
    for (const word of new Set(name.toLowerCase().split(/[^@a-z0-9-]+/))) {
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
