/**
 * The files of an ordinary package, found without npm's walker, which makes sixty patterns for every folder and asks
 * each of them about every name. It answers only where no pattern can matter: no ignore file, no name that npm treats
 * in a way of its own, `files` that lists plain paths. Everywhere else it says nothing, and npm's walker is asked; a
 * property holds the two to the same answer.
 */
import { lstatSync, readdirSync, type Dirent } from 'node:fs'
import { basename, extname } from 'node:path'

export type PlainRequest = {
  readonly dir: string
  /** Undefined: everything. */
  readonly files: readonly string[] | undefined
  /** `main`, `browser` and the programs: in whatever `files` says. */
  readonly entryPoints: readonly string[]
}

/** Alike files beside each other, as npm has them; undefined where npm has to be asked. */
export function plainFiles({ dir, files, entryPoints }: PlainRequest): readonly string[] | undefined {
  const points = entryPoints.filter((path) => path !== '')
  // Where everything is wanted they change nothing, but bring in what is never in.
  if (files === undefined) return points.some(hasSpecialPart) ? undefined : found(dir, undefined)
  const listed = files.map((path) => path.replace(/^\.?\//, '').replace(/\/+$/, '')).filter((path) => path !== '')
  if (![...points, ...listed].every(isPlain) || points.some(hasSpecialPart)) return undefined
  const wanted = new Map<string, Kind>(points.map((path) => [lower(path), 'file']))
  for (const path of listed) {
    const kind = kindOf(dir, path)
    if (kind === 'unclear') return undefined
    if (kind !== 'absent') wanted.set(lower(path), kind)
  }
  return found(dir, wanted)
}

type Kind = 'file' | 'folder'

/** What is wanted by name, in lower case, for npm sees no difference; undefined: everything. */
type Wanted = ReadonlyMap<string, Kind> | undefined

function found(dir: string, wanted: Wanted): readonly string[] | undefined {
  const paths: string[] = []
  const isWhole = walk({ dir, folder: '', inside: wanted === undefined, wanted }, paths)
  return isWhole ? paths.toSorted(byKind) : undefined
}

type Walk = {
  readonly dir: string
  /** From the package, with a slash at the end; empty for the package itself. */
  readonly folder: string
  /** Everything below is wanted. */
  readonly inside: boolean
  readonly wanted: Wanted
}

/** False where npm has to be asked. */
function walk({ dir, folder, inside, wanted }: Walk, paths: string[]): boolean {
  const isTop = folder === ''
  for (const entry of readdirSync(`${dir}/${folder}`, { withFileTypes: true })) {
    const { name } = entry
    if (isTop && isLeftOut(entry, wanted)) continue
    if (isSpecial.test(name) || (isTop && name.startsWith('@'))) return false
    const path = folder + name
    const kind = wanted?.get(lower(path))
    const isKept = inside || (isTop && isAlwaysIn.test(name))
    if (entry.isFile()) {
      if (isKept || kind !== undefined) paths.push(path)
    } else if (entry.isDirectory()) {
      // A pattern that names a file and meets a folder has rules of its own.
      if (!inside && (kind === 'file' || isKept)) return false
      const next = { dir, folder: `${path}/`, inside: inside || kind === 'folder', wanted }
      if ((next.inside || leadsToOne(wanted, next.folder)) && !walk(next, paths)) return false
    }
  }
  return true
}

/** Beside the manifest. What an ignore file there says counts for nothing where `files` says what is in. */
function isLeftOut(entry: Dirent, wanted: Wanted): boolean {
  const { name } = entry
  if (wanted === undefined || (name !== '.npmignore' && name !== '.gitignore')) return neverIn.has(name)
  return entry.isFile() && !wanted.has(name)
}

const neverIn: ReadonlySet<string> = new Set([
  'node_modules',
  '.git',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'pnpm-lock.yaml',
  'bun.lock',
  'bun.lockb',
])

/**
 * What npm leaves out or reads, at some depth or at any; that it is asked about a few names more than it would have to
 * be costs nothing but time.
 */
const isSpecial = new RegExp(
  `[*\\\\]|^(?:${[
    String.raw`\.npmignore|\.gitignore|\.npmrc|\.git|\.svn|\.hg|cvs|\.ds_store|\._.*|\..*\.swp|.*\.orig`,
    String.raw`\.lock-wscript|\.wafpickle-.*|config\.gypi|npm-debug\.log|archived-packages|node_modules`,
    String.raw`package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lockb?|\.npm-extension\..*`,
  ].join('|')})$`,
  'iu',
)

/** Beside the manifest. */
const isAlwaysIn = /^(?:package\.json|(?:readme|copying|licen[sc]e)(?:\..*[^~$])?)$/i

function leadsToOne(wanted: Wanted, folder: string): boolean {
  const below = lower(folder)
  return [...(wanted?.keys() ?? [])].some((path) => path.startsWith(below))
}

/** No letter of it means anything in a pattern, and it stays where it is. */
function isPlain(path: string): boolean {
  return /^[\w@.-]+(?:\/[\w@.-]+)*$/.test(path) && !/(?:^|\/)\.{1,2}(?:\/|$)/.test(path)
}

function hasSpecialPart(path: string): boolean {
  return path.split('/').some((part) => isSpecial.test(part))
}

/** A link on the way is npm's business. */
function kindOf(dir: string, path: string): Kind | 'absent' | 'unclear' {
  let at = dir
  let stats = undefined
  for (const part of path.split('/')) {
    if (stats !== undefined && !stats.isDirectory()) return 'unclear'
    at += `/${part}`
    stats = lstatSync(at, { throwIfNoEntry: false })
    if (stats === undefined) return 'absent'
  }
  return stats?.isFile() === true ? 'file' : stats?.isDirectory() === true ? 'folder' : 'unclear'
}

function lower(path: string): string {
  return path.toLowerCase()
}

/** Extension, then name, then path; without the rules of a language, which take a while to load. */
function byKind(a: string, b: string): number {
  const byExtension = order(lower(extname(a)), lower(extname(b)))
  return byExtension || order(lower(basename(a)), lower(basename(b))) || order(a, b)
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
