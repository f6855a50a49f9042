/**
 * Brings the lockfile up to date with the workspace's own package manager. A targeted edit comes first and the package
 * manager's frozen, offline check is its judge; only where it disagrees, or nothing could be edited, does it resolve
 * anew, offline first. Scripts never run. When all that fails the lockfile stays as it was, and a warning says which
 * command mends it: versions can be written without a network.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import {
  editLockfile,
  lockfileNames,
  type FileEdit,
  type LockfileName,
  type Problem,
  type ReleasePlan,
} from '@topsail/core'
import { runProgram } from '../adapters/program.ts'

export type LockfileTask = {
  readonly name: LockfileName | 'bun.lockb'
  /** Undefined for bun's binary one. */
  readonly before: string | undefined
  /** The targeted edit, written with all others. */
  readonly edit: FileEdit | undefined
}

/** Undefined when there is no lockfile, or the release changes nothing in it. */
export function planLockfile(root: string, plan: ReleasePlan): LockfileTask | undefined {
  const name = lockfileNames.find((candidate) => existsSync(join(root, candidate)))
  if (name === undefined)
    return existsSync(join(root, 'bun.lockb')) ? { name: 'bun.lockb', before: undefined, edit: undefined } : undefined
  const before = readFileSync(join(root, name), 'utf8')
  // An empty file only marks which package manager is used.
  if (before.trim() === '') return undefined
  const result = editLockfile(name, before, plan)
  if (result.kind === 'unchanged') return undefined
  return { name, before, edit: result.kind === 'edited' ? { path: name, before, after: result.text } : undefined }
}

/** What became of it in the end, whoever wrote it: the targeted edit or the package manager. */
export function lockfileEdits(root: string, { name, before }: LockfileTask): readonly FileEdit[] {
  const after = before === undefined ? undefined : readFileSync(join(root, name), 'utf8')
  return before === after ? [] : [{ path: name, before, after }]
}

/** Runs when all other files are in place. */
export async function settleLockfile(
  root: string,
  task: LockfileTask,
  stop?: AbortSignal,
): Promise<readonly Problem[]> {
  const place = { cwd: root, stop }
  const manager = managers[task.name]
  const path = join(root, task.name)
  const original = task.before ?? readFileSync(path, 'utf8')
  const problem = (code: 'LOCKFILE_NOT_UPDATED' | 'LOCKFILE_NOT_VERIFIED', detail: string): readonly Problem[] => {
    const command = [manager.name, ...manager.update].join(' ')
    return [{ code, severity: 'warning', place: { file: task.name }, command, detail }]
  }

  const checked = task.edit === undefined ? undefined : await run(place, manager, manager.check, 'offline')
  if (checked?.kind === 'done') return []
  if (checked?.kind === 'missing') return problem('LOCKFILE_NOT_VERIFIED', `${manager.name} is not installed here`)
  let detail = ''
  for (const mode of ['offline', 'prefer-offline'] as const) {
    if (task.edit !== undefined) writeFileSync(path, original)
    const updated = await run(place, manager, manager.update, mode)
    if (updated.kind === 'missing') return problem('LOCKFILE_NOT_UPDATED', `${manager.name} is not installed here`)
    const result = updated.kind === 'done' ? await run(place, manager, manager.check, mode) : updated
    const keepsFormat = formatOf(readFileSync(path, 'utf8')) === formatOf(original)
    if (result.kind === 'done' && keepsFormat) return []
    detail = result.kind === 'failed' ? result.detail : `this ${manager.name} writes another format of lockfile`
  }
  if (task.name !== 'bun.lockb') writeFileSync(path, original)
  return problem('LOCKFILE_NOT_UPDATED', detail)
}

type Mode = 'offline' | 'prefer-offline'
type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly detail: string }
  | { readonly kind: 'missing' }

type Manager = {
  readonly name: string
  readonly update: readonly string[]
  readonly check: readonly string[]
  readonly flags: Readonly<Record<Mode, readonly string[]>>
  readonly env: Readonly<Record<Mode, Readonly<Record<string, string>>>>
  readonly checkEnv?: Readonly<Record<string, string>>
}

const nothing = { offline: {}, 'prefer-offline': {} }
const offlineFlags = { offline: ['--offline'], 'prefer-offline': ['--prefer-offline'] }
/** A workspace that pins another release of pnpm is still checked by the one that is here. */
const anyPnpm = { pnpm_config_pm_on_fail: 'ignore', npm_config_manage_package_manager_versions: 'false' }
/** How old or trusted the locked packages are was judged when they were locked, and asking needs a network. */
const trustingPnpm = { ...anyPnpm, pnpm_config_trust_lockfile: 'true', pnpm_config_minimum_release_age: '0' }

const pnpm: Manager = {
  name: 'pnpm',
  update: ['install', '--lockfile-only', '--ignore-scripts'],
  check: ['install', '--frozen-lockfile', '--lockfile-only', '--ignore-scripts'],
  flags: offlineFlags,
  env: { offline: anyPnpm, 'prefer-offline': anyPnpm },
  checkEnv: trustingPnpm,
}
const npm: Manager = {
  name: 'npm',
  update: ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund'],
  check: ['ci', '--dry-run', '--ignore-scripts', '--no-audit', '--no-fund'],
  flags: offlineFlags,
  env: nothing,
}
const yarn: Manager = {
  name: 'yarn',
  update: ['install', '--mode=update-lockfile'],
  // It has no dry check of its own; a second run over its own lockfile must find nothing to write.
  check: ['install', '--mode=update-lockfile'],
  flags: { offline: [], 'prefer-offline': [] },
  env: {
    offline: { YARN_ENABLE_NETWORK: '0', YARN_ENABLE_IMMUTABLE_INSTALLS: '0', YARN_ENABLE_SCRIPTS: '0' },
    'prefer-offline': { YARN_ENABLE_IMMUTABLE_INSTALLS: '0', YARN_ENABLE_SCRIPTS: '0' },
  },
}
const bun: Manager = {
  name: 'bun',
  update: ['install', '--lockfile-only', '--ignore-scripts'],
  check: ['install', '--frozen-lockfile', '--lockfile-only', '--ignore-scripts'],
  flags: offlineFlags,
  env: nothing,
}

const managers: Record<LockfileTask['name'], Manager> = {
  'pnpm-lock.yaml': pnpm,
  'package-lock.json': npm,
  'npm-shrinkwrap.json': npm,
  'yarn.lock': yarn,
  'bun.lock': bun,
  'bun.lockb': bun,
}

type ProgramStart = { readonly file: string; readonly args: readonly string[] }

type Place = { readonly cwd: string; readonly stop: AbortSignal | undefined }

async function run(place: Place, manager: Manager, args: readonly string[], mode: Mode): Promise<Outcome> {
  const env = { ...manager.env[mode], ...(args === manager.check ? manager.checkEnv : {}) }
  for (const program of programsOf(place.cwd, manager)) {
    const all = [...program.args, ...args, ...manager.flags[mode]]
    const answer = await runProgram({ file: program.file, args: all, env, ...place })
    if (answer.kind === 'failed') return { kind: 'failed', detail: oneLine(answer.output) }
    if (answer.kind === 'done') return answer
  }
  return { kind: 'missing' }
}

function oneLine(output: string): string {
  return output.replaceAll(/\s+/g, ' ').slice(0, 600)
}

/** yarn by the path that its configuration pins; what is on the path; what started us. */
function programsOf(root: string, manager: Manager): ProgramStart[] {
  const pinned = manager.name === 'yarn' ? pinnedYarn(root) : undefined
  if (pinned !== undefined) return [programAt(pinned)]
  const startedBy = process.env['npm_execpath']
  const isManager = startedBy !== undefined && basename(startedBy).startsWith(manager.name)
  return [{ file: manager.name, args: [] }, ...(isManager ? [programAt(startedBy)] : [])]
}

function programAt(path: string): ProgramStart {
  return /\.[cm]?js$/.test(path) ? { file: process.execPath, args: [path] } : { file: path, args: [] }
}

function pinnedYarn(root: string): string | undefined {
  const settings = join(root, '.yarnrc.yml')
  if (!existsSync(settings)) return undefined
  const path = /^yarnPath:\s*["']?([^"'\s#]+)/m.exec(readFileSync(settings, 'utf8'))?.[1]
  return path === undefined ? undefined : resolve(root, path)
}

/** A package manager of another generation rewrites the whole file; nobody asked for that. */
function formatOf(text: string): string | undefined {
  return /^\s*"?(?:lockfileVersion|__metadata|configVersion)"?:.*(?:\n {2}version:.*)?/m.exec(text)?.[0]
}
