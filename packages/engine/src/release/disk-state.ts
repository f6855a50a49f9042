/**
 * What a release keeps on this machine, below the git folder that all worktrees of a clone share: journals, the
 * tarballs of open releases, and who of this machine holds a lease.
 */
import { randomBytes } from 'node:crypto'
import { appendFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { readdir, readFile, rm, stat } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { hasEnded, thisProcess, type ProcessMark } from '../adapters/process-mark.ts'
import { integrityOf, isSmall, tarballFile, type Tarball } from '../publish/pack/tarball.ts'
import { openJournal } from './journal-file.ts'
import type { HolderFile, JournalStore, TarballStore } from './ports.ts'

export function diskJournals(state: string): JournalStore {
  const releases = join(state, 'releases')
  const folderOf = (release: string): string => join(releases, nameOf(release))
  return {
    async list() {
      const names = await namesIn(releases)
      const found = await Promise.all(names.map((name) => textOf(join(releases, name, journalFile))))
      return names.filter((_, index) => found[index] !== undefined).map(decodeURIComponent)
    },
    read: (release) => textOf(join(folderOf(release), journalFile)),
    open: (release, text, options) => openJournal(join(folderOf(release), journalFile), text, options),
    // One call for the whole folder, instead of a turn of waiting for each of its files.
    forget: async (release) => rmSync(folderOf(release), { recursive: true, force: true }),
  }
}

const journalFile = 'journal.ndjson'

/** Tarballs lie beside the journal, with one list that tells what they are. */
export function diskTarballs(state: string): TarballStore {
  const known = new Map<string, Tarball>()
  const lists = new Map<string, Promise<ReadonlyMap<string, Tarball>>>()
  return {
    async keep(release, tarball) {
      const folder = tarballFolder(state, release)
      const file = join(folder, tarballFile(tarball))
      if (tarball.file !== file) {
        mkdirSync(folder, { recursive: true })
        renameSync(tarball.file, file)
      }
      const kept = { ...tarball, file }
      appendFileSync(join(folder, listFile), `${JSON.stringify(kept)}\n`)
      known.set(file, kept)
    },
    async find(release, unit) {
      const folder = tarballFolder(state, release)
      const file = join(folder, tarballFile(unit))
      const seen = known.get(file)
      if (seen !== undefined) return seen
      const list = lists.get(release) ?? listIn(folder)
      lists.set(release, list)
      const tarball = (await list).get(tarballFile(unit))
      const bytes = tarball === undefined ? undefined : await readFile(file).catch(ignoreMissing)
      if (tarball === undefined || bytes === undefined || integrityOf(bytes) !== tarball.integrity) return undefined
      const found = { ...tarball, file }
      known.set(file, found)
      return found
    },
    read: async (tarball) => (isSmall(tarball.bytes) ? readFileSync(tarball.file) : readFile(tarball.file)),
    drop: async (release) => rmSync(tarballFolder(state, release), { recursive: true, force: true }),
  }
}

const listFile = 'list.ndjson'

/** By the name of the file. The last line about a tarball counts; one that was cut off tells of none. */
async function listIn(folder: string): Promise<ReadonlyMap<string, Tarball>> {
  const text = (await textOf(join(folder, listFile))) ?? ''
  const tarballs = text.split('\n').flatMap((line) => parseTarball(line) ?? [])
  return new Map(tarballs.map((tarball) => [tarballFile(tarball), tarball]))
}

/** Where the packer writes, so that keeping a tarball is only a new name. */
export function tarballFolder(state: string, release: string): string {
  return join(state, 'releases', nameOf(release), 'tarballs')
}

type Holder = ProcessMark & { readonly holder: string }

/** `job`: where a person finds the run, such as the address of a CI job. */
export function diskHolders(state: string, job: string | undefined): HolderFile {
  const folder = join(state, 'holders')
  return {
    async claim() {
      mkdirSync(folder, { recursive: true })
      forgetTheDead(folder).catch(() => {})
      const id = randomBytes(4).toString('hex')
      const place = job === undefined ? '' : `, ${job}`
      const holder = `${userName()}@${hostname()} (process ${process.pid}, ${id}${place})`
      const file: Holder = { holder, ...thisProcess() }
      writeFileSync(join(folder, `${process.pid}-${id}.json`), JSON.stringify(file))
      return holder
    },
    async isGone(holder) {
      const found = (await holdersIn(folder)).find((each) => each.holder.holder === holder)
      return found !== undefined && hasEnded(found.holder)
    },
  }
}

/** A day is longer than any lease, so that nobody has to ask about them any more. */
const longAgo = 24 * 3600_000

async function forgetTheDead(folder: string): Promise<void> {
  for (const { file, holder, age } of await holdersIn(folder)) {
    if (age > longAgo && hasEnded(holder)) await rm(file, { force: true })
  }
}

async function holdersIn(
  folder: string,
): Promise<readonly { readonly file: string; readonly holder: Holder; readonly age: number }[]> {
  const names = await namesIn(folder)
  const files = await Promise.all(
    names.map(async (name) => {
      const file = join(folder, name)
      const [text, found] = await Promise.all([textOf(file), stat(file).catch(ignoreMissing)])
      const holder = parseHolder(text ?? '')
      return holder === undefined || found === undefined ? [] : [{ file, holder, age: Date.now() - found.mtimeMs }]
    }),
  )
  return files.flat()
}

function parseHolder(text: string): Holder | undefined {
  try {
    const mark = JSON.parse(text) as Partial<Holder>
    const { holder, pid, host } = mark
    return typeof holder === 'string' && typeof pid === 'number' && typeof host === 'string'
      ? { ...mark, holder, pid, host }
      : undefined
  } catch {
    return undefined
  }
}

function parseTarball(text: string): Tarball | undefined {
  try {
    const tarball = JSON.parse(text) as Tarball
    const texts = [tarball.name, tarball.version, tarball.integrity]
    return texts.every((text) => typeof text === 'string') ? tarball : undefined
  } catch {
    return undefined
  }
}

function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'somebody'
  }
}

/** A name that comes from a repository or a remote becomes one path segment, whatever it is. */
function nameOf(text: string): string {
  return encodeURIComponent(text).replaceAll('.', '%2E')
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(ignoreMissing)) ?? []
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(ignoreMissing)
}

function ignoreMissing(error: unknown): undefined {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
  throw error
}
