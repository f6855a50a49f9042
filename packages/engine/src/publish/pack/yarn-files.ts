/**
 * The files that yarn packs. Its rules differ from npm's: what ignore files say is asked from the innermost folder
 * outwards, an accepting line beats a rejecting one of the same file, `files` is the outermost list, and few names are
 * left out by themselves.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Manifest } from '@topsail/core'
import { globMatcher } from '../../read/glob.ts'

/** A path from the package's folder, with a slash in front. */
type Test = (path: string) => boolean
type Rules = { readonly accept: readonly Test[]; readonly reject: readonly Test[] }

/** `manifest` as it stands in the workspace, before `publishConfig` is applied. */
export async function yarnFiles(dir: string, manifest: Manifest): Promise<readonly string[]> {
  const always: Rules = {
    accept: [...neverLeftOut, ...entryPoints(manifest).map((path) => testOf(anchored(path), '/'))],
    reject: alwaysLeftOut.map((pattern) => testOf(pattern, '/')),
  }
  const listed: unknown = manifest['files']
  const files = Array.isArray(listed) ? listed.filter((item): item is string => typeof item === 'string') : undefined
  const own = files === undefined ? [] : [rulesOfFiles(files)]
  const found: string[] = []
  await walk({ dir, folder: '/', always, rules: own, readsIgnoreFile: files === undefined }, found)
  return found
}

const neverLeftOut: readonly Test[] = [/^\/package\.json$/i, /^\/(readme|licen[sc]e|changelog)(\.[^/]*)?$/i].map(
  (pattern) => (path: string) => pattern.test(path),
)

const alwaysLeftOut = [
  '/package.tgz',
  '.github',
  '.git',
  '.hg',
  'node_modules',
  '.npmignore',
  '.gitignore',
  '.#*',
  '.DS_Store',
  'yarn.lock',
]

type Place = {
  readonly dir: string
  readonly folder: string
  readonly always: Rules
  /** Innermost first. */
  readonly rules: readonly Rules[]
  readonly readsIgnoreFile: boolean
}

async function walk(place: Place, found: string[]): Promise<void> {
  const entries = await readdir(join(place.dir, place.folder), { withFileTypes: true })
  const names = new Set(entries.map((entry) => entry.name))
  const file = ['.npmignore', '.gitignore'].find((name) => names.has(name))
  const local = place.readsIgnoreFile && file !== undefined ? [await rulesOfFile(place, file)] : []
  const rules = [...local, ...place.rules]
  for (const entry of entries) {
    const path = `${place.folder}${entry.name}`
    const out = isLeftOut(path, place.always, rules)
    if (entry.isFile() && !out) found.push(path.slice(1))
    if (!entry.isDirectory()) continue
    // A folder that is left out may still hold a file that is asked for by name.
    const inside = out ? [...rules, leavesAllOut] : rules
    await walk({ ...place, folder: `${path}/`, rules: inside, readsIgnoreFile: true }, found)
  }
}

const leavesAllOut: Rules = { accept: [], reject: [() => true] }

function isLeftOut(path: string, always: Rules, rules: readonly Rules[]): boolean {
  for (const { accept, reject } of [always, ...rules]) {
    if (accept.some((test) => test(path))) return false
    if (reject.some((test) => test(path))) return true
  }
  return false
}

function rulesOfFiles(files: readonly string[]): Rules {
  const accept = files.filter((pattern) => !pattern.startsWith('!')).map((pattern) => testOf(anchored(pattern), '/'))
  const reject = files
    .filter((pattern) => pattern.startsWith('!'))
    .map((pattern) => testOf(anchored(pattern.slice(1)), '/'))
  return reject.length === 0
    ? { accept, reject: [testOf('/*', '/')] }
    : {
        accept: [(path) => accept.some((test) => test(path)) && !reject.some((test) => test(path))],
        reject: [...reject, testOf('/*', '/')],
      }
}

async function rulesOfFile(place: Place, name: string): Promise<Rules> {
  const text = await readFile(join(place.dir, place.folder, name), 'utf8')
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const tests = (wanted: boolean) =>
    lines.filter((line) => line.startsWith('!') === wanted).map((line) => testOf(line.replace(/^!/, ''), place.folder))
  return { accept: tests(true), reject: tests(false) }
}

/** With a slash inside or in front a pattern starts at its folder; without, it is a name at any depth below. */
function testOf(pattern: string, folder: string): Test {
  const plain = pattern.replace(/\/+$/, '').replace(/^\.\//, '/')
  if (plain.includes('/')) {
    const matches = globMatcher(`${folder}${plain.replace(/^\/+/, '')}`, { dot: true })
    return (path) => matches(path)
  }
  const matches = globMatcher(plain, { dot: true })
  return (path) => path.startsWith(folder) && matches(path.slice(path.lastIndexOf('/') + 1))
}

function entryPoints(manifest: Manifest): readonly string[] {
  const own: Readonly<Record<string, unknown>> = manifest
  const published: Readonly<Record<string, unknown>> = manifest.publishConfig ?? {}
  return ['main', 'module', 'browser', 'bin']
    .flatMap((key) => textsIn(published[key] ?? own[key]))
    .filter((path): path is string => typeof path === 'string')
}

function textsIn(value: unknown): readonly unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value) : [value]
}

function anchored(path: string): string {
  return `/${path.replace(/^\.?\/+/, '')}`
}
