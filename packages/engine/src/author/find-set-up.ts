/**
 * Which release tool a repository was set up for, and which others left something behind.
 */
import type { Path, Problem, Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { parseJsonc } from '../read/json-text.ts'
import { isRecord, own } from '../read/record.ts'
import { findFileSetUp, pendingBeachball } from './find-file-set-ups.ts'
import { releasePleaseConfigs } from './migrate-release-please.ts'
import { changesetConfig, type InitNote, type Tool } from './set-up.ts'

export type Found = {
  readonly tool: Tool | undefined
  readonly file: Path
  readonly config: unknown
  readonly problems: readonly Problem[]
}

const configFiles: readonly (readonly [tool: Tool, file: Path])[] = [
  ['changesets', changesetConfig],
  ['lerna', 'lerna.json'],
  ['nx', 'nx.json'],
  ...releasePleaseConfigs.map((file) => ['release-please', file] as const),
]

/** The first tool whose set-up says how releases are made; else the first that is set up for them at all. */
export function findSetUp(files: Files, workspace: Workspace): Found {
  let vague: Found | undefined
  for (const [tool, file] of configFiles) {
    const text = files.read(file)
    if (text === undefined) continue
    const json = parseJsonc(text)
    if (!json.ok) {
      const place = { file, line: json.line }
      return {
        tool,
        file,
        config: {},
        problems: [{ code: 'CONFIG_SYNTAX', severity: 'error', place, detail: json.detail }],
      }
    }
    if (!isSetUpForReleases(tool, json.value)) continue
    const found = { tool, file, config: json.value, problems: [] }
    if (saysHow(tool, json.value, workspace)) {
      return (tool === 'nx' || tool === 'lerna' ? pendingBeachball(files, workspace) : undefined) ?? found
    }
    vague ??= found
  }
  return (
    findFileSetUp(files, workspace) ?? vague ?? { tool: undefined, file: changesetConfig, config: {}, problems: [] }
  )
}

/** Lerna and Nx often run tasks beside another tool that releases, and have a version or a `release` all the same. */
function saysHow(tool: Tool, config: unknown, workspace: Workspace): boolean {
  const says = (from: unknown, keys: readonly string[]): boolean => keys.some((key) => own(from, key) !== undefined)
  if (tool === 'nx') return says(own(config, 'release'), ['projects', 'groups', 'projectsRelationship', 'changelog'])
  if (tool === 'lerna') {
    const command = own(config, 'command')
    const options = [config, own(command, 'version'), own(command, 'publish')]
    // How it commits or publishes may be all that is left of it.
    return (
      options.some((from) => own(from, 'conventionalCommits') === true) || scriptsOf(workspace, lernaRelease).length > 0
    )
  }
  return true
}

/** Nx often only runs tasks, and then has no `release`. */
function isSetUpForReleases(tool: Tool, config: unknown): boolean {
  if (tool === 'nx') return isRecord(own(config, 'release'))
  // Lerna can be a runner of scripts alone; then it has no version.
  if (tool === 'lerna') return own(config, 'version') !== undefined
  return true
}

/** Set-ups of other tools that were not the one carried over; what they say no longer decides anything. */
export function otherTools(files: Files, carried: Tool | undefined): readonly InitNote[] {
  const notes: InitNote[] = []
  for (const [tool, file] of configFiles) {
    const text = tool === carried ? undefined : files.read(file)
    const json = text === undefined ? undefined : parseJsonc(text)
    if (json?.ok && isSetUpForReleases(tool, json.value)) notes.push({ kind: 'other-tool', tool, file })
  }
  return notes
}

const lernaRelease = /(?:^|[\s&|;/])lerna\s+(?:version|publish)(?!\s+from-)(?:\s|$)/
const releaseCommand =
  /(?:^|[\s&|;/])(?:changeset|lerna\s+(?:version|publish)|nx\s+release|release-please|beachball|(?:multi-)?semantic-release)(?:\s|$)/

export function scriptsOf(workspace: Workspace, wanted = releaseCommand): readonly InitNote[] {
  const scripts = own(workspace.root.manifest, 'scripts')
  if (!isRecord(scripts)) return []
  return Object.entries(scripts).flatMap(([name, command]): InitNote[] =>
    typeof command === 'string' && wanted.test(command.slice(0, 2000)) ? [{ kind: 'script', name, command }] : [],
  )
}
