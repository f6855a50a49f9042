/**
 * What stays of a release: its release set at the end of the chain of sets, or, when it went back, the versions it has
 * burned and the set that is live again. Only the moves of refs are made here; they happen together with a move of the
 * journal, the set of a finished release before its end, what a rollback leaves with it.
 */
import {
  burnedBy,
  burnedText,
  nextReleaseSet,
  packageOf,
  parseBurned,
  parseReleaseSet,
  setIdOf,
  setText,
  setWithout,
  withBurned,
} from '@topsail/core'
import type {
  BurnedVersion,
  PackageName,
  Path,
  Problem,
  Progress,
  ReleaseSet,
  SetId,
  SetUnit,
  Sha,
} from '@topsail/core'
import { burnedFile, burnedRef } from '../read/burned.ts'
import { sha256 } from '../read/read-snapshot.ts'
import { writeOrTell, type RefMove, type RefStore, type Unwritten } from './ref-store.ts'
import type { ReleaseSources } from './set-sources.ts'

type RecordPorts = { readonly refs: RefStore; readonly sources: ReleaseSources }

export type RecordOptions = {
  /** `refs/topsail`. */
  readonly namespace: string
  /** What is listed below it, still true while the lease is held. */
  readonly listed: ReadonlyMap<string, Sha>
  /** Whether the commit is signed with the user's key. */
  readonly sign: boolean
}

type NamedSet = { readonly id: SetId; readonly document: ReleaseSet }

type RecordedSet<Live> = {
  readonly kind: 'recorded'
  readonly moves: readonly RefMove[]
  /** What is live from now on. */
  readonly set: Live
  readonly problems: readonly Problem[]
}

/** What was recorded before could not be read, so that nothing may be put in its place; or nothing can be written. */
type Unreachable = Unwritten

const unreachable: Unreachable = { kind: 'unreachable', detail: 'the release sets recorded before could not be read' }

/** The file in each commit of the chain. */
export const setFile = 'set.json'

export function setsRef(namespace: string): string {
  return `${namespace}/sets`
}

export async function recordFinished(
  ports: RecordPorts,
  progress: Progress,
  options: RecordOptions,
): Promise<RecordedSet<NamedSet> | Unreachable> {
  const { release, commit, promotion } = progress.opened
  const last = await lastSet(ports, options)
  if (last === 'unreachable') return unreachable
  // Ended before, by a run that died before it could say so.
  if (last?.set.release === release) {
    return { kind: 'recorded', moves: [], set: { id: last.id, document: last.set }, problems: [] }
  }
  const known = new Map(last?.set.units.map((unit) => [unit.name, unit]))
  // Of a package that has all but its tag nothing new is said.
  const brought = broughtBy(progress).filter(
    (unit) => unit.artefacts.length > 0 || known.get(unit.name)?.version !== unit.version,
  )
  const others = (last?.set.units ?? []).map((unit) => unit.dir)
  const facts = await ports.sources({ commit, units: brought, others })
  const units = brought.map((unit, index) => ({ ...unit, ...(facts.units[index] ?? noSource) }))
  const exists = (dir: Path): boolean => facts.present.has(dir)
  const set = nextReleaseSet({ release, commit, promotion, units, exists }, last?.set)
  return appended(ports, set, last, options)
}

const noSource = { tree: null, contracts: {}, changes: [] }

export async function recordRolledBack(
  ports: RecordPorts,
  progress: Progress,
  options: RecordOptions,
): Promise<RecordedSet<NamedSet | undefined> | Unreachable> {
  const { release } = progress.opened
  const moves = await burn(ports, burnedBy(progress), options)
  if ('kind' in moves) return moves
  const last = await lastSet(ports, options)
  if (last === 'unreachable') return unreachable
  if (last === undefined || !last.set.units.some((unit) => unit.release === release))
    return { kind: 'recorded', moves, set: undefined, problems: [] }
  const before = await setBefore(ports, release, last, options)
  if (before === 'unreachable') return unreachable
  const recorded = await appended(ports, setWithout(release, last.set, before?.set), last, options)
  return recorded.kind === 'unreachable' ? recorded : { ...recorded, moves: [...moves, ...recorded.moves] }
}

async function burn(
  { refs }: RecordPorts,
  burned: readonly BurnedVersion[],
  options: RecordOptions,
): Promise<readonly RefMove[] | Unreachable> {
  if (burned.length === 0) return []
  const ref = burnedRef(options.namespace)
  const from = options.listed.get(ref)
  const content = from === undefined ? undefined : await refs.read(ref, from)
  if (from !== undefined && content === undefined) return unreachable
  const before = content?.files[burnedFile] ?? ''
  const text = burnedText(withBurned(parseBurned(before), burned))
  if (text === before) return []
  const to = await writeOrTell(refs, { message: 'burned versions', files: { [burnedFile]: text } }, from)
  return typeof to === 'string' ? [{ ref, from, to }] : to
}

type StoredSet = { readonly sha: Sha; readonly id: SetId; readonly set: ReleaseSet; readonly previous: Sha | undefined }

async function appended(
  { refs }: RecordPorts,
  set: ReleaseSet,
  last: StoredSet | undefined,
  { namespace, listed, sign }: RecordOptions,
): Promise<RecordedSet<NamedSet> | Unreachable> {
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
  const problems: Problem[] = []
  let to = await writeOrTell(refs, { ...content, sign }, from)
  if (typeof to !== 'string' && sign) {
    // What is live stays live; a record without a signature is better than none.
    problems.push({ code: 'SET_NOT_SIGNED', severity: 'warning', detail: to.detail })
    to = await writeOrTell(refs, content, from)
  }
  if (typeof to !== 'string') return to
  return { kind: 'recorded', moves: [{ ref, from, to }], set: { id, document: set }, problems }
}

type SetReading = StoredSet | undefined | 'unreachable'

async function lastSet(ports: RecordPorts, { namespace, listed }: RecordOptions): Promise<SetReading> {
  const sha = listed.get(setsRef(namespace))
  return sha === undefined ? undefined : readSet(ports, sha, namespace)
}

/** The newest set in the chain that has nothing of this release yet. */
async function setBefore(
  ports: RecordPorts,
  release: string,
  last: StoredSet,
  { namespace }: RecordOptions,
): Promise<SetReading> {
  let stored: SetReading = last
  while (typeof stored === 'object' && stored.set.units.some((unit) => unit.release === release)) {
    stored = stored.previous === undefined ? undefined : await readSet(ports, stored.previous, namespace)
  }
  return stored
}

/** A commit without a set that can be read ends the chain; what comes after it begins a new one. */
async function readSet({ refs }: RecordPorts, sha: Sha, namespace: string): Promise<SetReading> {
  const content = await refs.read(setsRef(namespace), sha)
  if (content === undefined) return 'unreachable'
  const text = content.files[setFile]
  const set = text === undefined ? undefined : parseReleaseSet(text)
  if (text === undefined || set === undefined) return undefined
  return { sha, id: setIdOf(text, sha256), set, previous: previousIn(content.message) }
}

function previousIn(message: string): Sha | undefined {
  try {
    const { previous } = JSON.parse(message) as { readonly previous?: unknown }
    return typeof previous === 'string' ? previous : undefined
  } catch {
    return undefined
  }
}

type BroughtUnit = Pick<SetUnit, 'name' | 'version' | 'dir' | 'artefacts'>

/** By package, with what each of its targets has. */
function broughtBy({ opened, integrities }: Progress): readonly BroughtUnit[] {
  const packages = new Map<PackageName, BroughtUnit>()
  for (const { name: key, version, dir, upload } of opened.units) {
    const name = packageOf(key)
    const digest = upload === undefined ? undefined : integrities.get(`upload:${key}@${version}`)?.at(-1)
    const target = key === name ? 'npm' : key.slice(name.length + 1)
    const more = upload === undefined || digest === undefined ? [] : [{ target, where: upload.registry, digest }]
    packages.set(name, { name, version, dir, artefacts: [...(packages.get(name)?.artefacts ?? []), ...more] })
  }
  return [...packages.values()]
}
