/**
 * The order in which Changesets looks at what is released: as it was entered, everything again after each round of groups.
 * Here only what has moved is looked at again; what has not has nothing to say, unless it is raised before its turn comes.
 */
import type { PackageName } from '../names.ts'
import type { Settings } from '../settings.ts'
import type { Cause } from './settle.ts'

/**
 * What a dependency makes of a package that is in the plan already: Changesets puts a new release in its place and forgets
 * who named it; only a major of generation 2 goes into the one that is there.
 */
export function isMadeAnew(cause: Cause, { rules }: Settings): boolean {
  return cause.kind === 'edge' && !(rules === 'changesets@2' && cause.bump === 'major')
}

export type Pass = {
  entered(name: PackageName): void
  /** Brings into order what the groups have put into the queue, each once. */
  begin(): void
  reached(at: number): void
  /** A release that stays the same was raised: its turn, if it is still to come, is where it was entered. */
  raised(name: PackageName): void
}

/** Over a queue that grows at its end meanwhile; nothing comes in between before the first `begin`. */
export function passOver(queue: PackageName[]): Pass {
  const ranks = new Map<PackageName, number>()
  let [current, end] = [0, 0]
  const rankOf = (name: PackageName | undefined): number => ranks.get(name ?? '') ?? Infinity
  return {
    entered(name) {
      ranks.set(name, ranks.size)
    },
    begin() {
      const moved = [...new Set(queue)].sort((a, b) => rankOf(a) - rankOf(b))
      queue.length = 0
      for (const name of moved) queue.push(name)
      end = queue.length
    },
    reached(at) {
      current = at
    },
    raised(name) {
      const rank = rankOf(name)
      if (current >= end || rank <= rankOf(queue[current])) return
      let [from, to] = [current + 1, end]
      while (from < to) {
        const middle = (from + to) >> 1
        if (rankOf(queue[middle]) < rank) from = middle + 1
        else to = middle
      }
      if (from < end && queue[from] === name) return
      queue.splice(from, 0, name)
      end += 1
    },
  }
}
