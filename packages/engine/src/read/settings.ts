/**
 * The settings of a repository: what the caller asks for, over `topsail.json`, over `.changeset/config.json`, over the
 * defaults of the rules in force. Every wrong key is a problem with its line, and its default stands in for it.
 */
import {
  defaultSettings,
  type PackageName,
  type Problem,
  type RulesName,
  type Settings,
  type Sources,
  type Workspace,
} from '@topsail/core'
import type { Files } from '../ports.ts'
import { changelogOf, changesetsConfig, privatePackagesOf, settingsOfConfig } from './changesets-config.ts'
import { checkConfig, type Shape } from './config-shape.ts'
import { readGroups } from './groups-config.ts'
import { parseJsonc } from './json-text.ts'
import { commitsOf } from './commits-config.ts'
import { byName, expandNames } from './name-globs.ts'
import { nxFacts, otherNxProjects } from './nx-projects.ts'
import { isRecord, own, stringsIn, type UnknownRecord } from './record.ts'
import { olderWays } from './older-changesets.ts'
import { plannerReplacedIn } from './patched-changesets.ts'
import { refusalOf } from './refusal.ts'
import { chooseRules } from './rules-choice.ts'
import { readTargets } from './targets-config.ts'
import { topsailConfig } from './topsail-config.ts'

/** What a command line says, over the files. */
export type SettingsOverrides = {
  readonly rules?: RulesName | undefined
  readonly sources?: Sources | undefined
  /** Names or globs; replaces the configured list, as `changeset version --ignore` does. */
  readonly ignore?: readonly string[] | undefined
}

export type SettingsReading = { readonly settings: Settings; readonly problems: readonly Problem[] }

export function readSettings(files: Files, workspace: Workspace, overrides: SettingsOverrides = {}): SettingsReading {
  const theirs = readConfig(files, '.changeset/config.json', changesetsConfig, 'warning')
  const ours = readConfig(files, 'topsail.json', topsailConfig, 'error')
  const hasChangesets = files.look('.changeset').kind === 'directory'
  const choice = chooseRules(files, workspace, theirs !== undefined)
  const rules = overrides.rules ?? (own(ours?.value, 'rules') as RulesName | undefined) ?? choice.rules
  const chosenBy = overrides.rules ? 'option' : own(ours?.value, 'rules') ? 'topsail.json' : 'default'
  const theirSettings = settingsOfConfig(theirs?.value ?? {}, rules)
  const onlyOutOfRange = theirSettings.onlyUpdatePeerDependentsWhenOutOfRange === true
  const replacedIn =
    chosenBy === 'default' && rules === 'changesets@2' ? plannerReplacedIn(files, workspace, onlyOutOfRange) : undefined
  const names = workspace.packages.map((pkg) => pkg.name)
  const problems: Problem[] = [...(theirs?.problems ?? []), ...(ours?.problems ?? [])]
  if (replacedIn !== undefined) {
    problems.push({ code: 'PLANNER_REPLACED', severity: 'warning', place: { file: replacedIn } })
  }
  const base = { ...defaultSettings, ...defaultsOf(rules, workspace), ...theirSettings }
  const groups = readGroups([ours, theirs], overrides.ignore, names, rules)
  const targets = readTargets(ours, workspace.packages, rules)
  const sources =
    overrides.sources ??
    (own(ours?.value, 'sources') as Sources | undefined) ??
    (hasChangesets ? 'changesets' : 'commits')
  const ownSettings = settingsOfOurs(ours?.value ?? {}, base, names, rules)
  const settings: Settings = {
    ...base,
    ...ownSettings,
    ...groups.groups,
    targets: targets.targets,
    rules,
    peersAsChangesets3: replacedIn === undefined ? undefined : true,
    ...(chosenBy === 'default' && rules === 'changesets@2' ? olderWays(files, workspace, choice.changesetsCli) : {}),
    sources,
    commits: withProjects(ownSettings.commits ?? base.commits, sources, files, workspace),
    chosen: {
      rules: chosenBy,
      changesetsCli: choice.changesetsCli,
    },
  }
  return {
    settings,
    problems: [...problems, ...groups.problems, ...targets.problems, ...conflictsIn(settings, ours ?? theirs)],
  }
}

/** Nx's own files say how it calls packages; only where commits are read as Nx reads them is that worth a look at each. */
function withProjects(
  commits: Settings['commits'],
  sources: Sources,
  files: Files,
  workspace: Workspace,
): Settings['commits'] {
  if (sources === 'changesets' || (commits.preset !== 'nx' && commits.preset !== 'nx@21')) return commits
  const projects = nxFacts(files, workspace)
  const otherProjects = commits.preset === 'nx@21' ? otherNxProjects(files, workspace) : []
  return {
    ...commits,
    ...(projects === undefined ? {} : { projects }),
    ...(otherProjects.length === 0 ? {} : { otherProjects }),
  }
}

/** Told before the workspace is read; where the configuration is wrong, perhaps in vain. */
export function mayReadCommits(files: Files, { sources }: SettingsOverrides): boolean {
  const text = sources === undefined ? files.read('topsail.json') : undefined
  const ours = text === undefined ? undefined : parseJsonc(text)
  const chosen = sources ?? (ours?.ok === true ? own(ours.value, 'sources') : undefined)
  return chosen === undefined ? files.look('.changeset').kind !== 'directory' : chosen !== 'changesets'
}

export type ConfigFile = {
  readonly file: string
  readonly text: string
  readonly value: UnknownRecord
  readonly problems: readonly Problem[]
}

function readConfig(files: Files, file: string, shape: Shape, unknownKey: 'error' | 'warning'): ConfigFile | undefined {
  const text = files.read(file)
  if (text === undefined) {
    const refusal = refusalOf(files, file)
    return refusal && { file, text: '', value: {}, problems: [{ ...refusal, severity: 'error' }] }
  }
  const json = parseJsonc(text)
  if (json.ok) return { file, text, ...checkConfig(shape, json.value, { file, text, unknownKey }) }
  const problem: Problem = {
    code: 'CONFIG_SYNTAX',
    severity: 'error',
    place: { file, line: json.line },
    detail: json.detail,
  }
  return { file, text, value: {}, problems: [problem] }
}

function defaultsOf(rules: RulesName, workspace: Workspace): Partial<Settings> {
  return {
    ...(rules === 'changesets@2' ? { baseBranch: 'master' } : {}),
    ...(workspace.tool === 'root' ? { tagPattern: 'v{version}' } : {}),
    privatePackages: privatePackagesOf(undefined, rules),
  }
}

/** Keys of `topsail.json`; `config` has passed its check. */
function settingsOfOurs(
  config: UnknownRecord,
  base: Settings,
  names: readonly PackageName[],
  rules: RulesName,
): Partial<Settings> {
  const plain = [
    'zeroMajor',
    'maxBump',
    'baseBranch',
    'updateInternalDependencies',
    'updateInternalDependents',
    'access',
    'format',
  ]
  const check = own(config, 'check')
  const privatePackages = own(config, 'privatePackages')
  const changelog = own(config, 'changelog')
  const merged = <Kind extends 'release' | 'pullRequest' | 'forgeReleases'>(key: Kind): Settings[Kind] => {
    const value = own(config, key)
    return { ...base[key], ...(isRecord(value) ? value : {}) }
  }
  return {
    ...Object.fromEntries(plain.map((key) => [key, own(config, key)]).filter(([, value]) => value !== undefined)),
    ...(privatePackages === undefined ? {} : { privatePackages: privatePackagesOf(privatePackages, rules) }),
    ...(changelog === undefined ? {} : { changelog: changelogOf(changelog) }),
    commits: commitsOf(own(config, 'commits'), base.commits, names, rules),
    ...tagPatternsOf(own(config, 'tagPattern'), names, rules),
    cascade: cascadeOf(own(config, 'cascade'), names, rules),
    release: merged('release'),
    pullRequest: merged('pullRequest'),
    forgeReleases: merged('forgeReleases'),
    checkExclude: expandNames(stringsIn(own(check, 'exclude')), names, rules),
    changedFilePatterns: [...base.changedFilePatterns, ...stringsIn(own(check, 'ignore')).map((glob) => `!${glob}`)],
  }
}

/** One for all packages, or one by name or glob; later keys win over earlier ones. */
function tagPatternsOf(
  value: unknown,
  names: readonly PackageName[],
  rules: RulesName,
): Pick<Partial<Settings>, 'tagPattern' | 'tagPatterns'> {
  if (typeof value === 'string') return { tagPattern: value }
  return isRecord(value) ? { tagPatterns: byName(value, names, rules) } : {}
}

/** Later keys win over earlier ones, cell by cell. */
function cascadeOf(value: unknown, names: readonly PackageName[], rules: RulesName): Settings['cascade'] {
  const cascade: Record<PackageName, Settings['cascade'][string]> = Object.create(null)
  for (const [glob, table] of isRecord(value) ? Object.entries(value) : []) {
    for (const name of expandNames([glob], names, rules)) {
      const cells = { ...cascade[name] } as Record<string, unknown>
      for (const [field, row] of Object.entries(table as UnknownRecord)) {
        cells[field] = { ...(own(cells, field) as object | undefined), ...(row as object) }
      }
      cascade[name] = cells
    }
  }
  return cascade
}

function conflictsIn(settings: Settings, config: ConfigFile | undefined): readonly Problem[] {
  if (settings.privatePackages.version || !settings.privatePackages.tag) return []
  const place = config && { file: config.file }
  return [{ code: 'CONFIG_PRIVATE_TAG_WITHOUT_VERSION', severity: 'error', place }]
}
