/**
 * What stays of a release when it ends: its release set at the end of the chain of sets, or, when it went back, the
 * versions it has burned and the set that is live again. Only the moves of refs are made here; whoever ends the release
 * lets them happen together with the end of its journal, so that neither is ever there without the other.
 */
import {
  burnedText,
  nextReleaseSet,
  parseBurned,
  parseReleaseSet,
  setIdOf,
  setText,
  setWithout,
  withBurned,
} from '@topsail/core'
import type { BurnedVersion, Problem, Progress, ReleaseSet, SetArtefact, SetId, SetUnit, Sha } from '@topsail/core'
import { burnedFile, burnedRef } from '../read/burned.ts'
import { sha256 } from '../read/read-snapshot.ts'
import type { RefMove, RefStore } from './ref-store.ts'
import type { ReleaseSources } from './set-sources.ts'

export type RecordPorts = { readonly refs: RefStore; readonly sources: ReleaseSources }

export type RecordOptions = {
  /** `refs/topsail`. */
  readonly namespace: string
  /** What is listed below it, still true while the lease is held. */
  readonly listed: ReadonlyMap<string, Sha>
  /** Whether the commit is signed with the user's key. */
  readonly sign: boolean
}

export type Recorded = {
  readonly moves: readonly RefMove[]
  readonly set: { readonly id: SetId; readonly set: ReleaseSet } | undefined
  readonly problems: readonly Problem[]
}

/** The file in each commit of the chain. */
export const setFile = 'set.json'

export function setsRef(namespace: string): string {
  return `${namespace}/sets`
}

export async function recordFinished(
  ports: RecordPorts,
  progress: Progress,
  options: RecordOptions,
): Promise<Recorded> {
  const { release, commit, promotion, units } = progress.opened
  const last = await lastSet(ports, options)
  // Ended before, by a run that died before it could say so.
  if (last?.set.release === release) return { moves: [], set: { id: last.id, set: last.set }, problems: [] }
  const others = (last?.set.units ?? []).map((unit) => unit.dir)
  const facts = await ports.sources({ commit, units, others })
  const known = new Map(last?.set.units.map((unit) => [unit.name, unit]))
  const finished = units.flatMap((unit, index): readonly Omit<SetUnit, 'release'>[] => {
    // Only its tag was missing.
    if (unit.upload === undefined && known.get(unit.name)?.version === unit.version) return []
    const { name, version, dir } = unit
    const source = facts.units[index] ?? { tree: null, contracts: {}, changes: [] }
    return [{ name, version, dir, artefacts: artefactsOf(unit, progress), ...source }]
  })
  const exists = (dir: string): boolean => facts.present.has(dir)
  const set = nextReleaseSet({ release, commit, promotion, units: finished, exists }, last?.set)
  return appended(ports, set, last, options)
}

export async function recordRolledBack(
  ports: RecordPorts,
  progress: Progress,
  burned: readonly BurnedVersion[],
  options: RecordOptions,
): Promise<Recorded> {
  const { release } = progress.opened
  const moves = await burn(ports, burned, options)
  const last = await lastSet(ports, options)
  if (last === undefined || !last.set.units.some((unit) => unit.release === release))
    return { moves, set: undefined, problems: [] }
  const before = await setBefore(ports, release, last, options)
  const recorded = await appended(ports, setWithout(release, last.set, before), last, options)
  return { ...recorded, moves: [...moves, ...recorded.moves] }
}

async function burn(
  { refs }: RecordPorts,
  burned: readonly BurnedVersion[],
  options: RecordOptions,
): Promise<RefMove[]> {
  if (burned.length === 0) return []
  const ref = burnedRef(options.namespace)
  const from = options.listed.get(ref)
  const before = from === undefined ? undefined : (await refs.read(ref, from))?.files[burnedFile]
  const text = burnedText(withBurned(parseBurned(before ?? ''), burned))
  if (text === before) return []
  return [{ ref, from, to: await refs.write({ message: 'burned versions', files: { [burnedFile]: text } }, from) }]
}

type StoredSet = { readonly sha: Sha; readonly id: SetId; readonly set: ReleaseSet; readonly previous: Sha | undefined }

async function appended(
  { refs }: RecordPorts,
  set: ReleaseSet,
  last: StoredSet | undefined,
  { namespace, listed, sign }: RecordOptions,
): Promise<Recorded> {
  const text = setText(set)
  const id = setIdOf(text, sha256)
  const ref = setsRef(namespace)
  const from = listed.get(ref)
  const message = JSON.stringify({
    format: 'topsail/set-entry@1',
    id,
    release: set.release,
    previous: last?.sha ?? null,
  })
  const content = { message, files: { [setFile]: text } }
  if (!sign) return { moves: [{ ref, from, to: await refs.write(content, from) }], set: { id, set }, problems: [] }
  try {
    return { moves: [{ ref, from, to: await refs.write({ ...content, sign }, from) }], set: { id, set }, problems: [] }
  } catch (error) {
    // What is live stays live; a record without a signature is better than none.
    const detail = error instanceof Error ? error.message : String(error)
    const problem: Problem = { code: 'SET_NOT_SIGNED', severity: 'warning', detail }
    return { moves: [{ ref, from, to: await refs.write(content, from) }], set: { id, set }, problems: [problem] }
  }
}

function lastSet(ports: RecordPorts, { namespace, listed }: RecordOptions): Promise<StoredSet | undefined> {
  const sha = listed.get(setsRef(namespace))
  return sha === undefined ? Promise.resolve(undefined) : readSet(ports, sha, namespace)
}

/** The newest set in the chain that has nothing of this release yet. */
async function setBefore(
  ports: RecordPorts,
  release: string,
  last: StoredSet,
  { namespace }: RecordOptions,
): Promise<ReleaseSet | undefined> {
  let stored: StoredSet | undefined = last
  while (stored?.set.units.some((unit) => unit.release === release) === true) {
    stored = stored.previous === undefined ? undefined : await readSet(ports, stored.previous, namespace)
  }
  return stored?.set
}

/** A set that cannot be read ends the chain; what comes after it begins a new one. */
async function readSet({ refs }: RecordPorts, sha: Sha, namespace: string): Promise<StoredSet | undefined> {
  const content = await refs.read(setsRef(namespace), sha)
  const text = content?.files[setFile]
  const set = text === undefined ? undefined : parseReleaseSet(text)
  if (text === undefined || set === undefined) return undefined
  return { sha, id: setIdOf(text, sha256), set, previous: previousIn(content?.message ?? '') }
}

function previousIn(message: string): Sha | undefined {
  try {
    const { previous } = JSON.parse(message) as { readonly previous?: unknown }
    return typeof previous === 'string' ? previous : undefined
  } catch {
    return undefined
  }
}

function artefactsOf(
  { name, version, upload }: Progress['opened']['units'][number],
  progress: Progress,
): readonly SetArtefact[] {
  if (upload === undefined) return []
  const digest = progress.integrities.get(`upload:${name}@${version}`)?.at(-1)
  return digest === undefined ? [] : [{ target: 'npm', where: upload.registry, digest }]
}
