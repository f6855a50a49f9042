/**
 * The git of one clone and of the remote in the memory world: refs moved by compare-and-swap, and tags, which are made
 * here and arrive there together or not at all.
 */
import type { Sha, TagToMake } from '@topsail/core'
import type { TagWriter } from '../publish/tags.ts'
import type { RefStore, SwapOutcome } from '../release/ref-store.ts'
import { lostAnswer, type Line } from './memory-line.ts'
import type { MemoryClone, MemoryWorld } from './memory-world.ts'

export function refsOver(line: Line, clone: MemoryClone, world: MemoryWorld): RefStore {
  const { refs } = world
  const unreachable = () => ({ kind: 'unreachable', detail: lostAnswer }) as const
  return {
    list: (...prefixes) => line.to('git').ask(`list ${prefixes.join(' ')}`, () => refs.list(...prefixes), unreachable),
    write: (content, parent) => line.local('write a commit', () => refs.write(content, parent)),
    read: (ref, sha) =>
      line.to('git').ask(
        `read ${ref}`,
        () => refs.read(ref, sha),
        () => undefined,
      ),
    swap(moves, tags = []) {
      const sent = tagsIn(clone, tags)
      if (typeof sent === 'string') return Promise.resolve({ kind: 'unreachable', detail: sent })
      const about = `swap ${moves.map(({ ref }) => ref).join(' ')}${tags.length === 0 ? '' : ` and ${tags.length} tags`}`
      const swap = async (): Promise<SwapOutcome> => {
        const other = otherThere(world, sent)
        if (other !== undefined) return { kind: 'refused', detail: other }
        const outcome = await refs.swap(moves)
        if (outcome.kind === 'done') for (const [tag, commit] of sent) world.tags.set(tag, commit)
        return outcome
      }
      return line.to('git').send(about, swap, unreachable)
    },
  }
}

/** As git: tags are made together or not at all, pushed together or not at all, and never moved. */
export function tagsOver(line: Line, clone: MemoryClone, world: MemoryWorld): TagWriter {
  const lost = (): string => 'could not read from remote repository'
  return {
    travelsAlone: () => world.options.tagsTravelAlone === true,
    prepare: async () => {},
    make: (tags) =>
      line.local(`make ${tags.length} tags`, async () => {
        const other = tags.find(({ tag, commit }) => (clone.tags.get(tag) ?? commit) !== commit)
        if (other !== undefined) return `the tag ${other.tag} is at another commit`
        for (const { tag, commit } of tags) clone.tags.set(tag, commit)
        return undefined
      }),
    adopt: (_, tags) =>
      line.to('git').ask(
        `fetch ${tags.length} tags`,
        async () => {
          for (const { tag, commit } of tags) if (world.tags.get(tag) === commit) clone.tags.set(tag, commit)
          return undefined
        },
        lost,
      ),
    push(_, tags) {
      const sent = tagsIn(clone, tags)
      if (typeof sent === 'string') return Promise.resolve(sent)
      return line.to('git').send(
        `push ${tags.length} tags`,
        async () => {
          const other = otherThere(world, sent)
          if (other !== undefined) return other
          for (const [tag, commit] of sent) world.tags.set(tag, commit)
          return undefined
        },
        lost,
      )
    },
    remove: (tags) => line.local(`remove ${tags.length} tags`, async () => removeFrom(clone.tags, tags)),
    removeRemote: (_, tags) =>
      line.to('git').send(`remove ${tags.length} tags there`, async () => removeFrom(world.tags, tags), lost),
  }
}

type SentTag = readonly [string, Sha]

/** What git says when one of them was never made here. */
function tagsIn({ tags }: MemoryClone, names: readonly string[]): readonly SentTag[] | string {
  const missing = names.find((name) => !tags.has(name))
  if (missing !== undefined) return `error: src refspec refs/tags/${missing} does not match any`
  return names.map((name) => [name, tags.get(name) ?? ''] as const)
}

/** What git says when one of them leads elsewhere. */
function otherThere({ tags }: MemoryWorld, sent: readonly SentTag[]): string | undefined {
  const other = sent.find(([tag, commit]) => (tags.get(tag) ?? commit) !== commit)
  return other === undefined ? undefined : `! [rejected] ${other[0]} (already exists)`
}

function removeFrom(present: Map<string, Sha>, tags: readonly TagToMake[]): undefined {
  for (const { tag, commit } of tags) if (present.get(tag) === commit) present.delete(tag)
}
