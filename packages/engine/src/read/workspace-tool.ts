/**
 * Which tool a folder is the workspace root of, and which globs name its members; where no tool does, `packages` of
 * topsail.json may. The order is the one in which
 * Changesets asks, so that both see the same workspace where a repository would answer to two tools; where Changesets
 * refuses for want of a lockfile or because npm's `workspaces` is an object, the answer is given all the same, marked
 * as not certain: a certain root further up wins over it.
 */
import type { Problem, WorkspaceTool } from '@topsail/core'
import type { Files } from '../ports.ts'
import { parseJson, parseJsonc } from './json-text.ts'
import { own, stringsIn } from './record.ts'
import { readYaml } from './yaml-text.ts'

export type RootTool = {
  readonly tool: Exclude<WorkspaceTool, 'root'>
  readonly globs: readonly string[]
  readonly isCertain: boolean
  readonly problems: readonly Problem[]
}

/** Undefined when the folder is no workspace root. */
export function toolAt(files: Files): RootTool | undefined {
  const members = workspacesField(files)
  const locked = lockfileTool(files)
  if (locked === 'yarn' && members !== undefined) return rootOf('yarn', members, true)
  const pnpm = pnpmMembers(files)
  if (pnpm !== undefined) return pnpm
  if (members !== undefined && (locked === 'npm' || locked === 'bun')) return rootOf(locked, members, true)
  const lerna = lernaMembers(files, members)
  if (lerna !== undefined) return lerna
  if (members !== undefined) return rootOf(locked ?? declaredTool(files), members, false)
  const listed = ownMembers(files)
  return listed && rootOf(locked ?? declaredTool(files), listed, true)
}

function rootOf(tool: RootTool['tool'], globs: readonly string[], isCertain: boolean): RootTool {
  return { tool, globs, isCertain, problems: [] }
}

/** `workspaces` of the root manifest, as an array or as `{packages}`. */
export function workspacesField(files: Files): readonly string[] | undefined {
  const text = files.read('package.json')
  const json = text === undefined ? undefined : parseJson(text)
  const field = json?.ok === true ? own(json.value, 'workspaces') : undefined
  if (Array.isArray(field)) return stringsIn(field)
  const packages = own(field, 'packages')
  return Array.isArray(packages) ? stringsIn(packages) : undefined
}

/** Folders of a repository that installs each package alone, or all from the root: no package manager knows of them. */
function ownMembers(files: Files): readonly string[] | undefined {
  const globs = ownKey(files, 'packages')
  return Array.isArray(globs) ? stringsIn(globs) : undefined
}

/** Whether topsail.json wants the root released beside the members that the package manager knows. */
export function hasRootPackage(files: Files): boolean {
  return ownKey(files, 'rootPackage') === true
}

function ownKey(files: Files, key: string): unknown {
  const json = parseJsonc(files.read('topsail.json') ?? '')
  return json.ok ? own(json.value, key) : undefined
}

function lockfileTool(files: Files): 'yarn' | 'npm' | 'bun' | undefined {
  const has = (...names: string[]): boolean => names.some((name) => files.look(name).kind === 'file')
  if (has('yarn.lock')) return 'yarn'
  if (has('package-lock.json', 'npm-shrinkwrap.json')) return 'npm'
  return has('bun.lock', 'bun.lockb') ? 'bun' : undefined
}

function pnpmMembers(files: Files): RootTool | undefined {
  const yaml = readYaml(files, 'pnpm-workspace.yaml')
  if (yaml === undefined) return undefined
  if (!yaml.ok) return { tool: 'pnpm', globs: [], isCertain: true, problems: [yaml.problem] }
  const packages = own(yaml.value, 'packages')
  // Without `packages` the file only holds settings, and the folder is a single package.
  if (packages === undefined || packages === null) return undefined
  const globs = stringsIn(packages)
  const isSound = Array.isArray(packages) && globs.length === packages.length
  const place = { file: 'pnpm-workspace.yaml' }
  const detail = '"packages" must be a list of globs'
  return {
    tool: 'pnpm',
    globs,
    isCertain: true,
    problems: isSound ? [] : [{ code: 'WORKSPACE_FILE_INVALID', severity: 'error', place, detail }],
  }
}

function lernaMembers(files: Files, members: readonly string[] | undefined): RootTool | undefined {
  const text = files.read('lerna.json')
  if (text === undefined) return undefined
  const json = parseJsonc(text)
  if (!json.ok) {
    const place = { file: 'lerna.json', line: json.line }
    const problem: Problem = { code: 'WORKSPACE_FILE_INVALID', severity: 'error', place, detail: json.detail }
    return { tool: 'lerna', globs: members ?? ['packages/*'], isCertain: true, problems: [problem] }
  }
  const packages = own(json.value, 'packages')
  if (own(json.value, 'useWorkspaces') === true) return members && rootOf('lerna', members, false)
  return rootOf('lerna', Array.isArray(packages) ? stringsIn(packages) : (members ?? ['packages/*']), true)
}

/** Without a lockfile: what the manifest says it is installed with, else npm. */
function declaredTool(files: Files): 'yarn' | 'npm' | 'bun' {
  const json = parseJson(files.read('package.json') ?? '')
  const value = json.ok ? json.value : undefined
  const name = own(own(own(value, 'devEngines'), 'packageManager'), 'name') ?? own(value, 'packageManager')
  if (typeof name === 'string' && /^yarn(?:@|$)/.test(name)) return 'yarn'
  return typeof name === 'string' && /^bun(?:@|$)/.test(name) ? 'bun' : 'npm'
}
