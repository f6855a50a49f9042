/**
 * Which rules a repository gets that names none: those of the Changesets it uses. The declared range decides before the
 * installed copy, so that the answer does not depend on what is installed on one machine.
 */
import minVersion from 'semver/ranges/min-version.js'
import { dependencyFields, type RulesName, type Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { parseJson } from './json-text.ts'
import { own } from './record.ts'

export type RulesChoice = {
  readonly rules: RulesName
  /** The version or range of @changesets/cli that decided; undefined when nothing was found. */
  readonly changesetsCli: string | undefined
}

export function chooseRules(files: Files, workspace: Workspace, hasChangesets: boolean): RulesChoice {
  if (!hasChangesets) return { rules: 'topsail', changesetsCli: undefined }
  for (const range of [...declaredRanges(workspace), installedVersion(files)]) {
    const major = majorOf(range)
    if (major !== undefined) return { rules: major < 3 ? 'changesets@2' : 'changesets@3', changesetsCli: range }
  }
  return { rules: 'changesets@3', changesetsCli: undefined }
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
  return /^npm:@changesets\/cli@(.+)$/.exec(range)?.[1] ?? range
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
