/**
 * Which rules a repository gets that names none: those of the Changesets it uses. What is committed decides before the
 * installed copy, so that the answer does not depend on what is installed on one machine; a repository that runs it
 * through npx says at least for which generation its configuration was written.
 */
import minVersion from 'semver/ranges/min-version.js'
import { dependencyFields, type RulesName, type Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { parseJson, parseJsonc } from './json-text.ts'
import { lockedVersion } from './locked-version.ts'
import { own } from './record.ts'

export type RulesChoice = {
  readonly rules: RulesName
  /** The version or range of @changesets/cli that decided; undefined when nothing was found. */
  readonly changesetsCli: string | undefined
}

export function chooseRules(files: Files, workspace: Workspace, hasChangesets: boolean): RulesChoice {
  if (!hasChangesets) return { rules: 'topsail', changesetsCli: undefined }
  const told = [() => declaredRanges(workspace), () => [lockedVersion(files, cli)], () => [installedVersion(files)]]
  for (const tell of told) {
    for (const range of tell()) {
      const major = majorOf(range)
      if (major !== undefined) return { rules: major < 3 ? 'changesets@2' : 'changesets@3', changesetsCli: range }
    }
  }
  return { rules: isSchemaOfChangesets2(files) ? 'changesets@2' : 'changesets@3', changesetsCli: undefined }
}

/** What its files say, whatever a command line asks for. */
export function rulesOfRepository(files: Files, workspace: Workspace): RulesName {
  const topsail = parseJsonc(files.read('topsail.json') ?? '')
  const named = topsail.ok ? own(topsail.value, 'rules') : undefined
  if (named === 'changesets@2' || named === 'changesets@3' || named === 'topsail') return named
  return chooseRules(files, workspace, files.read('.changeset/config.json') !== undefined).rules
}

const cli = '@changesets/cli'

function declaredRanges(workspace: Workspace): readonly (string | undefined)[] {
  const ranges: (string | undefined)[] = []
  for (const { manifest } of [workspace.root, ...workspace.packages]) {
    for (const field of dependencyFields) {
      const range = own(manifest[field], cli)
      if (typeof range === 'string') ranges.push(resolved(range, workspace))
    }
  }
  return ranges
}

function resolved(range: string, workspace: Workspace): string | undefined {
  if (range.startsWith('catalog:')) {
    const found = own(own(workspace.catalogs, range.slice('catalog:'.length).trim() || 'default'), cli)
    return typeof found === 'string' ? found : undefined
  }
  // Yarn writes `patch:@changesets/cli@npm:2.27.9#…`, its colon escaped or not.
  return /^(?:npm|patch):@changesets\/cli@(?:npm(?::|%3A))?([^#]+)/.exec(range)?.[1] ?? range
}

/** `https://unpkg.com/@changesets/config@2.3.0/schema.json`: version 4 of it came with Changesets 3. */
function isSchemaOfChangesets2(files: Files): boolean {
  const config = parseJsonc(files.read('.changeset/config.json') ?? '')
  const schema = config.ok ? own(config.value, '$schema') : undefined
  const major = typeof schema === 'string' ? /@changesets\/config@(\d+)/.exec(schema)?.[1] : undefined
  return major !== undefined && Number(major) < 4
}

function installedVersion(files: Files): string | undefined {
  const json = parseJson(files.read(`node_modules/${cli}/package.json`) ?? '')
  const version = json.ok ? own(json.value, 'version') : undefined
  return typeof version === 'string' ? version : undefined
}

/** Undefined for a dist-tag, `*`, a path or an address: they name no generation. */
function majorOf(range: string | undefined): number | undefined {
  if (range === undefined || range.length > 256 || !/\d/.test(range)) return undefined
  try {
    return minVersion(range, { loose: true })?.major
  } catch {
    return undefined
  }
}
