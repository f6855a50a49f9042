/**
 * Packages of which any version was tagged. Each tag is taken apart once: what is before its version, or behind it where
 * the name stands there, is looked up among what the packages' tags have in that place. Of a pattern without the name any
 * tag is one of every package.
 */
import { shortName, type Package, type PackageName, type Sha } from '@topsail/core'
import valid from 'semver/functions/valid.js'
import type { TagNames } from './tags.ts'

export function everTagged(
  packages: readonly Package[],
  namesOf: TagNames,
  tags: ReadonlyMap<string, Sha>,
): ReadonlySet<PackageName> {
  const moulds = mouldsOf(packages, namesOf)
  const tagged = new Set<PackageName>()
  for (const tag of tags.keys()) {
    for (const { mould, rest } of matching(tag, moulds)) {
      const { names } = mould
      if (names.length === 0 || valid(versionIn(rest, mould)) === null) continue
      for (const name of names) tagged.add(name)
      // All of them are known now.
      names.length = 0
    }
  }
  return tagged
}

/** What surrounds the version of a tag. `between`: where it stands more than once. */
type Mould = {
  readonly before: string
  readonly between: readonly string[]
  readonly after: string
  readonly names: PackageName[]
}
type Moulds = {
  readonly byBefore: ReadonlyMap<string, readonly Mould[]>
  readonly byAfter: ReadonlyMap<string, readonly Mould[]>
}

function mouldsOf(packages: readonly Package[], namesOf: TagNames): Moulds {
  const all = new Map<string, Mould>()
  const byBefore = new Map<string, Mould[]>()
  const byAfter = new Map<string, Mould[]>()
  for (const pkg of packages) {
    for (const shape of namesOf(pkg, gap)) {
      const known = all.get(shape)
      if (known !== undefined) {
        known.names.push(pkg.name)
        continue
      }
      const [before = '', ...rest] = shape.split(gap)
      const mould: Mould = { before, between: rest.slice(0, -1), after: rest.at(-1) ?? '', names: [pkg.name] }
      all.set(shape, mould)
      const short = shortName(pkg.name)
      const isBehind = mould.after.includes(short) && !before.includes(short)
      const [index, key] = isBehind ? [byAfter, mould.after] : [byBefore, before]
      index.set(key, [...(index.get(key) ?? []), mould])
    }
  }
  return { byBefore, byAfter }
}

/** Stands for the version; no ref can hold it. */
const gap = '\0'

function* matching(tag: string, { byBefore, byAfter }: Moulds): Generator<{ mould: Mould; rest: string }> {
  for (let at = 0; at < tag.length; at += 1) {
    if (!isDigit(tag, at)) continue
    for (const mould of byBefore.get(tag.slice(0, at)) ?? [])
      if (tag.endsWith(mould.after)) yield { mould, rest: tag.slice(at, tag.length - mould.after.length) }
  }
  if (byAfter.size === 0) return
  for (let at = tag.length - 1; at > 0; at -= 1) {
    for (const mould of byAfter.get(tag.slice(at)) ?? [])
      if (tag.startsWith(mould.before)) yield { mould, rest: tag.slice(mould.before.length, at) }
  }
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code <= 57
}

/** Empty when it is not the same everywhere. */
function versionIn(rest: string, { between }: Mould): string {
  if (between.length === 0) return rest
  const length = (rest.length - between.join('').length) / (between.length + 1)
  const version = rest.slice(0, length)
  return version + between.map((text) => text + version).join('') === rest ? version : ''
}
