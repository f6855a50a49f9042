/**
 * Entering and leaving pre mode: only the state file changes, in the form of the Changesets generation in use, so that
 * `changeset pre` and Topsail can take turns. Versions move with the next `version`.
 */
import { enteredPre, type PreState, type Problem } from '@topsail/core'
import validRange from 'semver/ranges/valid.js'
import { diskFiles } from '../adapters/disk-files.ts'
import type { Files } from '../ports.ts'
import { readChangesets } from '../read/changesets.ts'
import { parseJson } from '../read/json-text.ts'
import { readSettings } from '../read/settings.ts'
import { findWorkspaceRoot } from '../read/workspace-root.ts'
import { readWorkspace } from '../read/workspace.ts'
import { writeAll } from '../version/write.ts'

export type PreOptions = { readonly cwd: string; readonly dryRun?: boolean | undefined }

export type PreResult = {
  /** As it stands afterwards; undefined when nothing was done. */
  readonly state: PreState | undefined
  readonly text: string | undefined
  readonly problems: readonly Problem[]
}

const preFile = '.changeset/pre.json'

export async function enterPre(options: PreOptions & { readonly tag: string }): Promise<PreResult> {
  const { tag } = options
  if (!isPreTag(tag)) return refused([{ code: 'PRE_TAG_INVALID', severity: 'error', tag }])
  return changePre(options, (files, pre) => {
    const place = { file: preFile }
    if (pre?.mode === 'pre') return { code: 'PRE_ALREADY_ENTERED', severity: 'error', place, tag: pre.tag }
    const { workspace } = readWorkspace(files)
    const { settings } = readSettings(files, workspace)
    return enteredPre(pre, tag, workspace, settings.rules)
  })
}

export async function exitPre(options: PreOptions): Promise<PreResult> {
  return changePre(options, (_files, pre) => {
    if (pre === undefined) return { code: 'PRE_NOT_ENTERED', severity: 'error', place: { file: preFile } }
    return { ...pre, mode: 'exit' }
  })
}

/** A version must be able to carry it, and a registry must not take it for a version. */
function isPreTag(tag: string): boolean {
  return /^[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*$/.test(tag) && tag.length <= 100 && validRange(tag) === null
}

async function changePre(
  { cwd, dryRun }: PreOptions,
  change: (files: Files, pre: PreState | undefined) => PreState | Problem,
): Promise<PreResult> {
  const root = findWorkspaceRoot(cwd)
  if (root === undefined) return refused([{ code: 'WORKSPACE_NOT_FOUND', severity: 'error', cwd }])
  const files = diskFiles(root)
  const { pre, problems } = readChangesets(files)
  const faults = problems.filter((problem) => problem.place?.file === preFile)
  if (faults.length > 0) return refused(faults)
  if (files.look('.changeset/config.json').kind !== 'file') {
    return refused([{ code: 'CHANGESET_FOLDER_MISSING', severity: 'error', place: { file: '.changeset/config.json' } }])
  }
  const next = change(files, pre)
  if ('code' in next) return refused([next])
  const before = files.read(preFile)
  const text = `${JSON.stringify({ ...foreignKeys(before), ...next }, undefined, 2)}\n`
  if (dryRun === true || text === before) return { state: next, text, problems: [] }
  const written = await writeAll({ root, edits: [{ path: preFile, before, after: text }] })
  return written.length > 0 ? refused(written) : { state: next, text, problems: [] }
}

/** What another tool keeps in the file stays in it. */
function foreignKeys(text: string | undefined): object {
  const json = parseJson(text ?? '{}')
  return json.ok && typeof json.value === 'object' && json.value !== null ? json.value : {}
}

function refused(problems: readonly Problem[]): PreResult {
  return { state: undefined, text: undefined, problems }
}
