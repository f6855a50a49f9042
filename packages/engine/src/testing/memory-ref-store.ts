/**
 * `RefStore` in memory, for the memory world of the tests; held to the same contract as git's by `ref-store.test.ts`.
 */
import type { Sha } from '@topsail/core'
import type { RefContent, RefStore } from '../release/ref-store.ts'

export function memoryRefStore(): RefStore {
  const refs = new Map<string, Sha>()
  const contents = new Map<Sha, RefContent>()
  return {
    list: async (...prefixes) => {
      const isBelow = (ref: string): boolean => prefixes.some((prefix) => ref.startsWith(prefix.replace(/\/*$/, '/')))
      return { kind: 'known', refs: new Map([...refs].filter(([ref]) => isBelow(ref))) }
    },
    write: async (content) => {
      const sha = (contents.size + 1).toString(16).padStart(40, '0')
      contents.set(sha, content)
      return sha
    },
    read: async (_, sha) => contents.get(sha),
    swap: async (moves) => {
      const stale = moves.find(({ ref, from }) => refs.get(ref) !== from)
      if (stale !== undefined) return { kind: 'refused', detail: `${stale.ref} has moved` }
      for (const { ref, to } of moves) {
        if (to === undefined) refs.delete(ref)
        else refs.set(ref, to)
      }
      return { kind: 'done' }
    },
  }
}
