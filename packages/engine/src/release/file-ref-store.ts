/**
 * `RefStore` in a folder, for a workspace without git: one release at a time among the processes of this machine, and
 * what the last one left. Every state of all refs is a file with the next number, which only one process can make: a
 * hard link is refused where the name exists. So there is no lock that a dead process could leave behind.
 */
import { createHash, randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sha } from '@topsail/core'
import type { RefContent, RefMove, RefStore, SwapOutcome } from './ref-store.ts'

export function fileRefStore(folder: string): RefStore {
  const [states, contents] = [join(folder, 'refs'), join(folder, 'contents')]
  return {
    async list(...prefixes) {
      const isBelow = (ref: string): boolean => prefixes.some((prefix) => ref.startsWith(prefix.replace(/\/*$/, '/')))
      const { refs } = await newestState(states)
      return { kind: 'known', refs: new Map([...refs].filter(([ref]) => isBelow(ref))) }
    },
    async write({ message, files }) {
      const text = JSON.stringify({ message, files })
      const sha = createHash('sha256').update(text).digest('hex')
      await place(contents, sha, text)
      return sha
    },
    async read(_, sha) {
      const text = await textOf(join(contents, sha))
      return text === undefined ? undefined : (JSON.parse(text) as RefContent)
    },
    swap: (moves) => swap(moves, states, contents),
  }
}

type State = { readonly number: number; readonly refs: ReadonlyMap<string, Sha> }

async function newestState(folder: string): Promise<State> {
  for (;;) {
    const number = await newestNumber(folder)
    if (number === 0) return { number, refs: new Map() }
    const text = await textOf(join(folder, String(number)))
    // Another process has gone on, and taken the old ones away.
    if (text === undefined) continue
    return { number, refs: new Map(Object.entries(JSON.parse(text) as Record<string, Sha>)) }
  }
}

async function newestNumber(folder: string): Promise<number> {
  return Math.max(0, ...(await numbersIn(folder)))
}

async function numbersIn(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder).catch(ignoreMissing)
  return (names ?? []).flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []))
}

async function swap(moves: readonly RefMove[], states: string, contents: string): Promise<SwapOutcome> {
  for (;;) {
    const { number, refs } = await newestState(states)
    const stale = moves.find(({ ref, from }) => refs.get(ref) !== from)
    if (stale !== undefined) return { kind: 'refused', detail: `${stale.ref} has moved` }
    const next = new Map(refs)
    for (const { ref, to } of moves) {
      if (to === undefined) next.delete(ref)
      else next.set(ref, to)
    }
    const mine = number + 1
    if (!(await place(states, String(mine), JSON.stringify(Object.fromEntries(next))))) continue
    if ((await newestNumber(states)) > mine) {
      // We were so slow that others have gone on and taken our place's file away; nobody looks at it.
      await rm(join(states, String(mine)), { force: true })
      continue
    }
    await tidy(moves, mine, states, contents)
    return { kind: 'done' }
  }
}

/** False: the name is taken. What is there is whole, or not there. */
async function place(folder: string, name: string, text: string): Promise<boolean> {
  await mkdir(folder, { recursive: true })
  const temporary = join(folder, `.${name}.${process.pid}-${randomBytes(4).toString('hex')}`)
  const file = await open(temporary, 'wx')
  try {
    await file.writeFile(text)
    await file.datasync()
    await link(temporary, join(folder, name))
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await file.close()
    await rm(temporary, { force: true })
  }
}

/** Old states, and what no ref leads to any more; sets are read back to the first. */
async function tidy(moves: readonly RefMove[], newest: number, states: string, contents: string): Promise<void> {
  const old = (await numbersIn(states)).filter((number) => number < newest - statesKept)
  const left = moves.flatMap(({ ref, from }) => (from === undefined || ref.endsWith('/sets') ? [] : [from]))
  const files = [...old.map((number) => join(states, String(number))), ...left.map((sha) => join(contents, sha))]
  await Promise.all(files.map((file) => rm(file, { force: true })))
}

/** Whoever has just listed them may still read them. */
const statesKept = 8

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(ignoreMissing)
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
  throw error
}
