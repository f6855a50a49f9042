/**
 * Writing a changeset: the same file, made by the same library, that `changeset add` would write. Names and bumps are
 * checked first, the text is read back before it is put in place, and no file that is there is ever written over.
 */
import { constants } from 'node:fs'
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  closestName,
  parseChangesets,
  skipReason,
  type Bump,
  type Package,
  type PackageName,
  type Path,
  type Problem,
  type Settings,
} from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import type { Files } from '../ports.ts'
import { readSettings } from '../read/settings.ts'
import { findWorkspaceRoot } from '../read/workspace-root.ts'
import { readWorkspace } from '../read/workspace.ts'

export type NamedBump = { readonly name: PackageName; readonly bump: Bump }

export type AddOptions = {
  readonly cwd: string
  /** Empty only together with `empty`. */
  readonly releases: readonly NamedBump[]
  readonly summary: string
  /** A changeset that names no package: it declines a release of whatever the branch touches. */
  readonly empty?: boolean | undefined
  readonly dryRun?: boolean | undefined
  /** Commits the file, where the `commit` setting of Changesets asks for it. */
  readonly commit?: boolean | undefined
}

export type AddResult = {
  /** Undefined when nothing was written. */
  readonly file: Path | undefined
  /** What stands in the file, or would. */
  readonly text: string | undefined
  /** The commit that was made. */
  readonly commit?: string | undefined
  readonly problems: readonly Problem[]
}

export async function addChangeset(asked: AddOptions): Promise<AddResult> {
  const root = findWorkspaceRoot(asked.cwd)
  if (root === undefined) return refused([{ code: 'WORKSPACE_NOT_FOUND', severity: 'error', cwd: asked.cwd }])
  const files = diskFiles(root)
  const { workspace } = readWorkspace(files)
  const options = { ...asked, releases: asked.releases.map((release) => inFull(release, workspace.packages)) }
  const { settings } = readSettings(files, workspace)
  const summary = plainSummary(options.summary)
  const problems = [
    ...folderProblems(files),
    ...contentProblems(options, summary),
    ...releaseProblems(options.releases, workspace.packages, settings),
  ]
  if (problems.length > 0) return refused(problems)
  const written = await write(root, options.releases, summary, options.dryRun === true)
  if (written.file === undefined) return written
  const result = await formatted(root, written.file, settings)
  return options.commit === true && settings.commit !== false ? committed(root, written.file, result, settings) : result
}

/** A name without its scope will do where it is clear; what is written has it. */
function inFull(release: NamedBump, packages: readonly Package[]): NamedBump {
  if (packages.some(({ name }) => name === release.name)) return release
  const [only, ...others] = packages.filter(({ name }) => name.endsWith(`/${release.name}`))
  return only === undefined || others.length > 0 ? release : { ...release, name: only.name }
}

/** Line ends made plain; characters that steer a terminal taken out, since this ends up in changelogs. */
export function plainSummary(summary: string): string {
  return summary.replace(/\r\n?/g, '\n').replace(steering, '').trim()
}

// oxlint-disable-next-line no-control-regex
const steering = /\u001b\[[0-?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

function refused(problems: readonly Problem[]): AddResult {
  return { file: undefined, text: undefined, problems }
}

function folderProblems(files: Files): readonly Problem[] {
  const place = { file: '.changeset/config.json' }
  if (files.look('.changeset').kind === 'outside') return [{ code: 'WRITE_TARGET_UNSAFE', severity: 'error', place }]
  if (files.look(place.file).kind === 'file') return []
  return [{ code: 'CHANGESET_FOLDER_MISSING', severity: 'error', place }]
}

function contentProblems(options: AddOptions, summary: string): readonly Problem[] {
  const problems: Problem[] = []
  const bumpsOf = new Map<PackageName, Bump[]>()
  for (const { name, bump } of options.releases) bumpsOf.set(name, [...(bumpsOf.get(name) ?? []), bump])
  for (const [name, bumps] of bumpsOf) {
    if (bumps.length > 1) problems.push({ code: 'CHANGESET_NAMES_TWICE', severity: 'error', name, bumps })
  }
  if (bumpsOf.size === 0 && options.empty !== true)
    problems.push({ code: 'CHANGESET_NAMES_NOTHING', severity: 'error' })
  if (bumpsOf.size > 0 && summary === '') problems.push({ code: 'CHANGESET_SUMMARY_MISSING', severity: 'error' })
  return problems
}

function releaseProblems(
  releases: readonly NamedBump[],
  packages: readonly Package[],
  settings: Settings,
): readonly Problem[] {
  const problems: Problem[] = []
  const byName = new Map(packages.map((pkg) => [pkg.name, pkg]))
  const ignored = new Set(settings.ignore)
  for (const name of new Set(releases.map((release) => release.name))) {
    const pkg = byName.get(name)
    if (pkg === undefined) {
      const closest = closestName(name, byName.keys())
      problems.push({ code: 'CHANGESET_UNKNOWN_PACKAGE', severity: 'error', name, closest })
      continue
    }
    const why = skipReason(pkg, settings, ignored)
    if (why !== undefined) problems.push({ code: 'CHANGESET_WITHOUT_EFFECT', severity: 'error', name, why })
  }
  return problems
}

/** As the repository's own formatter has it; without one, as the library wrote it. */
async function formatted(root: string, file: Path, settings: Settings): Promise<AddResult> {
  const { formatFiles, formattingOf } = await import('../version/formatter.ts')
  const problems = await formatFiles(root, formattingOf(root, settings), [file])
  return { file, text: await readFile(join(root, file), 'utf8'), problems }
}

async function committed(root: string, file: Path, result: AddResult, settings: Settings): Promise<AddResult> {
  const { commitChangeset } = await import('../version/commit-written.ts')
  const { changes } = parseChangesets([{ id: changesetId(file), path: file, text: result.text ?? '' }])
  const [change] = changes
  if (change === undefined) return result
  const { commit, problems } = await commitChangeset({ root, setting: settings.commit, files: [file] }, change)
  return { ...result, commit, problems: [...result.problems, ...problems] }
}

function changesetId(file: Path): string {
  return file.slice('.changeset/'.length, -'.md'.length)
}

async function write(
  root: string,
  releases: readonly NamedBump[],
  summary: string,
  dryRun: boolean,
): Promise<AddResult> {
  const { writeChangeset } = await import('@changesets/write')
  let staging: string | undefined
  try {
    staging = await mkdtemp(join(tmpdir(), 'topsail-add-'))
    for (;;) {
      const content = { summary, releases: releases.map(({ name, bump }) => ({ name, type: bump })) }
      const id = await writeChangeset(content, staging, { format: false })
      const file = `.changeset/${id}.md`
      const staged = join(staging, '.changeset', `${id}.md`)
      const text = await readFile(staged, 'utf8')
      const differing = misread(file, text, releases, summary)
      if (differing.length > 0)
        return refused([{ code: 'CHANGESET_NOT_WRITABLE', severity: 'error', names: differing }])
      if (dryRun) return { file: undefined, text, problems: [] }
      if (await placeNew(staged, join(root, file))) return { file, text, problems: [] }
    }
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    return refused([{ code: 'WRITE_FAILED', severity: 'error', detail, kept: [] }])
  } finally {
    if (staging !== undefined) await rm(staging, { recursive: true, force: true })
  }
}

/** The library writes names between plain quotes; a name with quotes of its own would say something else. */
function misread(file: Path, text: string, releases: readonly NamedBump[], summary: string): readonly string[] {
  const { changes } = parseChangesets([{ id: 'staged', path: file, text }])
  const read = changes[0]
  const wanted = releases.map(({ name }) => name)
  if (read === undefined) return wanted.length > 0 ? wanted : [summary]
  const wrong = releases.filter(({ name, bump }) => !Object.hasOwn(read.bumps, name) || read.bumps[name] !== bump)
  if (wrong.length > 0) return wrong.map(({ name }) => name)
  if (Object.keys(read.bumps).length !== releases.length) return Object.keys(read.bumps)
  return read.summary === summary ? [] : [summary]
}

/** False when there is a file of that name already: the generated words came out the same. */
async function placeNew(staged: string, target: string): Promise<boolean> {
  try {
    await copyFile(staged, target, constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
