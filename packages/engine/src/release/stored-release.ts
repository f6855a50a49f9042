/**
 * The journals that exist, here and at the refs that everybody sees, and which copy of each counts. The copy at the
 * refs wins where the two went apart, for whoever moved it held the lease; a copy here that only knows more is one that
 * died before it could push.
 */
import { decodeJournal, foldJournal } from '@topsail/core'
import type { Problem, Progress, Sha } from '@topsail/core'
import { staysInside } from '../ports.ts'
import { sha256 } from './journal-file.ts'
import type { ReleasePorts, ReleaseRefs } from './ports.ts'

export type StoredRelease = {
  readonly release: string
  /** Whole lines. */
  readonly text: string
  readonly progress: Progress
  /** Whether a run that died can have done more than stands here: not when it wrote on this very disk. */
  readonly complete: boolean
  /** Where the copy that everybody sees stands. */
  readonly ref: { readonly name: string; readonly sha: Sha } | undefined
}

export type StoredReleases = {
  readonly releases: readonly StoredRelease[]
  readonly problems: readonly Problem[]
}

export const journalName = 'journal.ndjson'

/** Releases that are not closed, oldest first. Leftovers here that nothing came of are cleared away when `tidy`. */
export async function openReleases(
  ports: ReleasePorts,
  names: ReleaseRefs,
  refs: ReadonlyMap<string, Sha>,
  options: { readonly tidy: boolean },
): Promise<StoredReleases> {
  const shared = namesBelow(refs, names.open(''))
  const local = await ports.journals.list()
  const ids = [...new Set([...shared.keys(), ...local])].toSorted()
  const read = await Promise.all(ids.map((release) => readRelease(ports, names, refs, release)))
  const releases: StoredRelease[] = []
  for (const [index, { stored }] of read.entries()) {
    const release = ids[index] ?? ''
    if (stored !== undefined && isOpen(stored)) releases.push(stored)
    else if (options.tidy && !shared.has(release) && read[index]?.problems.length === 0) await forget(ports, release)
  }
  return { releases, problems: read.flatMap(({ problems }) => problems) }
}

/** The open ones and the newest of the closed, oldest first. */
export async function newestReleases(
  ports: ReleasePorts,
  names: ReleaseRefs,
  refs: ReadonlyMap<string, Sha>,
  count: number,
): Promise<StoredReleases> {
  const closed = [...namesBelow(refs, names.closed('')).keys()].toSorted().slice(-count)
  const open = [...namesBelow(refs, names.open('')).keys()]
  const ids = [...new Set([...closed, ...open, ...(await ports.journals.list())])].toSorted()
  const read = await Promise.all(ids.map((release) => readRelease(ports, names, refs, release)))
  return {
    // Names tell the time by the clocks of many machines; the fencing number only grows.
    releases: read
      .flatMap(({ stored }) => stored ?? [])
      .toSorted((a, b) => a.progress.opened.fence - b.progress.opened.fence),
    problems: read.flatMap(({ problems }) => problems),
  }
}

/** Nothing was changed by it but, perhaps, its own journal. */
export function isOpen({ progress, ref, release }: StoredRelease): boolean {
  if (progress.closed !== undefined) return ref?.name.endsWith(`/open/${release}`) === true
  return ref !== undefined || [...progress.steps.values()].length > 0
}

/** Without a release where nobody knows it. */
export async function readRelease(
  ports: ReleasePorts,
  names: ReleaseRefs,
  refs: ReadonlyMap<string, Sha>,
  release: string,
): Promise<{ readonly stored: StoredRelease | undefined; readonly problems: readonly Problem[] }> {
  const ref = [names.open(release), names.closed(release)]
    .map((name) => ({ name, sha: refs.get(name) }))
    .find((each): each is { name: string; sha: Sha } => each.sha !== undefined)
  const [here, content] = await Promise.all([
    ports.journals.read(release),
    ref === undefined ? undefined : ports.refs.read(ref.name, ref.sha),
  ])
  const there = content?.files[journalName]
  if (ref !== undefined && there === undefined) {
    return { stored: undefined, problems: [{ code: 'JOURNAL_UNREADABLE', severity: 'error', release }] }
  }
  const mine = here === undefined ? undefined : decodeJournal(here, sha256)
  const shared = there === undefined ? undefined : decodeJournal(there, sha256)
  const damaged =
    shared?.kind === 'corrupt' ? shared : shared === undefined && mine?.kind === 'corrupt' ? mine : undefined
  if (damaged !== undefined) {
    const { line, detail } = damaged
    return { stored: undefined, problems: [{ code: 'JOURNAL_CORRUPT', severity: 'error', release, line, detail }] }
  }
  const mineText = here !== undefined && mine?.kind === 'intact' ? here.slice(0, mine.length) : undefined
  const sharedText = there !== undefined && shared?.kind === 'intact' ? there.slice(0, shared.length) : undefined
  const chosen = chooseCopy(mineText, sharedText)
  const decoded = decodeJournal(chosen, sha256)
  const progress = decoded.kind === 'intact' ? foldJournal(decoded.records) : undefined
  if (progress !== undefined && !isSound(progress)) {
    const detail = 'it names commits, tags or folders that cannot be'
    return { stored: undefined, problems: [{ code: 'JOURNAL_CORRUPT', severity: 'error', release, line: 1, detail }] }
  }
  // Whoever went on elsewhere has written so at the ref before anything else.
  const complete = mineText !== undefined && mineText.startsWith(sharedText ?? '')
  return {
    stored: progress === undefined ? undefined : { release, text: chosen, progress, complete, ref },
    problems: [],
  }
}

/** A journal comes from a remote: what git or the file system will be handed must be what it says it is. */
function isSound({ opened }: Progress): boolean {
  const tags = opened.steps.flatMap((step) => (step.kind === 'tag' || step.kind === 'push' ? step.tags : []))
  return (
    (opened.commit === null || isCommit(opened.commit)) &&
    tags.every(({ tag, commit }) => isTagName(tag) && isCommit(commit)) &&
    opened.units.every(({ dir }) => staysInside(dir))
  )
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40,64}$/.test(text)
}

/** What git allows, and a little less. */
function isTagName(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|^[-/]|\/$/.test(text) && text !== ''
}

function chooseCopy(here: string | undefined, there: string | undefined): string {
  if (there === undefined) return here ?? ''
  return here?.startsWith(there) === true ? here : there
}

async function forget(ports: ReleasePorts, release: string): Promise<void> {
  await ports.tarballs.drop(release)
  await ports.journals.forget(release)
}

function namesBelow(refs: ReadonlyMap<string, Sha>, prefix: string): ReadonlyMap<string, Sha> {
  const below = [...refs].filter(([name]) => name.startsWith(prefix))
  return new Map(below.map(([name, sha]) => [name.slice(prefix.length), sha]))
}
