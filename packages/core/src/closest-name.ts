/**
 * The name that was probably meant: the fewest edits away, and near enough to be worth a suggestion. A name that only
 * lacks its scope, or has another one, counts as near.
 */
import type { PackageName } from './names.ts'
import { compareText } from './record.ts'

export function closestName(name: string, known: Iterable<PackageName>): PackageName | undefined {
  const limit = limitFor(name)
  const short = withoutScope(name)
  let best: { readonly name: PackageName; readonly distance: number } | undefined
  for (const candidate of known) {
    const distance = withoutScope(candidate) === short ? 1 : distanceUpTo(name, candidate, limit)
    if (distance > limit || (distance > 1 && isFar(short, withoutScope(candidate)))) continue
    if (
      best === undefined ||
      distance < best.distance ||
      (distance === best.distance && isBefore(candidate, best.name))
    ) {
      best = { name: candidate, distance }
    }
  }
  return best?.name
}

function limitFor(name: string): number {
  return Math.min(4, Math.max(1, Math.floor(name.length / 3)))
}

/** A long scope that both have makes no short names alike: `@acme-services/cart` is not `@acme-services/auth`. */
function isFar(short: string, other: string): boolean {
  const limit = limitFor(short)
  return distanceUpTo(short, other, limit) > limit
}

function isBefore(a: string, b: string): boolean {
  return compareText(a, b) < 0
}

function withoutScope(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}

/** Levenshtein distance with swaps of neighbours, given up as soon as it must pass the limit. */
function distanceUpTo(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit || a.length > longest) return limit + 1
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      )
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, (before[column - 2] ?? cost) + 1)
      current.push(cost)
    }
    if (Math.min(...current) > limit) return limit + 1
    before = previous
    previous = current
  }
  return previous[b.length] ?? limit + 1
}

/** npm's limit for a name. */
const longest = 214
