/**
 * What a repository's own lerna.json or release-please-config.json means in Topsail's settings: what somebody who
 * migrates would write into topsail.json.
 */
import {
  commitPresetNames,
  defaultSettings,
  type Bump,
  type CascadeTable,
  type CommitPresetName,
  type Settings,
} from '@topsail/core'
import type { CommitsCase } from './commits-corpus.ts'

type ReleasePleasePackage = {
  readonly 'bump-minor-pre-major'?: boolean
  readonly 'bump-patch-for-minor-pre-major'?: boolean
  readonly component?: string
  readonly 'package-name'?: string
}

type Plugin = string | { readonly type: string; readonly [option: string]: unknown }

type ReleasePleaseConfig = ReleasePleasePackage & {
  readonly packages?: Readonly<Record<string, ReleasePleasePackage>>
  readonly plugins?: readonly Plugin[]
  readonly 'changelog-sections'?: readonly { readonly type: string; readonly hidden?: boolean }[]
}

export function settingsOfCase(recorded: CommitsCase): Settings {
  const preset = commitPresetNames.find((name) => name === recorded.kind) ?? 'conventional'
  const settings = baseSettings(preset)
  if (preset === 'release-please') return withReleasePlease(settings, recorded)
  return preset === 'lerna' ? withLerna(settings, recorded) : settings
}

function baseSettings(preset: CommitPresetName): Settings {
  return {
    ...defaultSettings,
    sources: 'commits',
    rules: 'topsail',
    privatePackages: { version: true, tag: true },
    commits: { preset, types: {} },
  }
}

/** Lerna's default changelog preset, `angular`, does not know `feat!: x`; the usual others do. */
function withLerna(settings: Settings, { files }: CommitsCase): Settings {
  const config = JSON.parse(files['lerna.json'] ?? '{}')
  const { version = {}, publish = {} } = config.command ?? {}
  const changelogPreset = version.changelogPreset ?? publish.changelogPreset ?? config.changelogPreset
  const name: unknown = changelogPreset?.name ?? changelogPreset
  const exclamationMark = typeof name === 'string' && !name.includes('angular')
  return { ...settings, commits: { ...settings.commits, exclamationMark } }
}

function withReleasePlease(settings: Settings, recorded: CommitsCase): Settings {
  const config: ReleasePleaseConfig = JSON.parse(recorded.files['release-please-config.json'] ?? '{}')
  const plugins = (config.plugins ?? []).map((plugin) => (typeof plugin === 'string' ? { type: plugin } : plugin))
  const zeroMajor: Record<string, NonNullable<Settings['commits']['zeroMajor']>[string]> = {}
  const components = new Map<string, string>()
  for (const [name, { path }] of Object.entries(recorded.packages)) {
    const own = { ...config, ...config.packages?.[path] }
    zeroMajor[name] = zeroMajorOf(own)
    components.set(own.component ?? withoutScope(own['package-name'] ?? name), name)
  }
  const linked = plugins.filter(({ type }) => type === 'linked-versions')
  return {
    ...settings,
    fixed: linked.map((plugin) => namesOf(plugin, components)).filter((group) => group.length > 1),
    cascade: cascadeOf(plugins, Object.keys(recorded.packages)),
    commits: { ...settings.commits, types: typesOf(config), zeroMajor },
  }
}

function zeroMajorOf(config: ReleasePleasePackage) {
  const major = config['bump-minor-pre-major'] === true
  const minor = config['bump-patch-for-minor-pre-major'] === true
  if (major) return minor ? 'shift' : 'major-to-minor'
  return minor ? 'minor-to-patch' : 'none'
}

function withoutScope(name: string): string {
  return name.slice(name.indexOf('/') + 1)
}

function namesOf(plugin: Readonly<Record<string, unknown>>, components: ReadonlyMap<string, string>): string[] {
  const wanted = Array.isArray(plugin['components']) ? plugin['components'] : []
  return wanted.flatMap((component) => components.get(String(component)) ?? [])
}

/** Without the node-workspace plugin nobody follows; with it peers do when they are asked to. */
function cascadeOf(
  plugins: readonly Readonly<Record<string, unknown>>[],
  names: readonly string[],
): Settings['cascade'] {
  const workspace = plugins.find(({ type }) => type === 'node-workspace')
  if (workspace === undefined) return each(names, everywhere('none'))
  return workspace['updatePeerDependencies'] === true ? each(names, { peerDependencies: row('patch') }) : {}
}

function each(names: readonly string[], table: CascadeTable): Settings['cascade'] {
  return Object.fromEntries(names.map((name) => [name, table]))
}

function everywhere(bump: Bump): CascadeTable {
  return {
    dependencies: row(bump),
    devDependencies: row(bump),
    peerDependencies: row(bump),
    optionalDependencies: row(bump),
  }
}

function row(bump: Bump): NonNullable<CascadeTable['dependencies']> {
  return {
    'in-range': bump,
    'out-by-prerelease': bump,
    'out-by-patch': bump,
    'out-by-minor': bump,
    'out-by-major': bump,
  }
}

/** Of the sections that are listed only the visible ones make a release. */
function typesOf(config: ReleasePleaseConfig): Readonly<Record<string, Bump>> {
  const sections = config['changelog-sections']
  if (sections === undefined) return {}
  const types: Record<string, Bump> = { feat: 'none', feature: 'none', fix: 'none', perf: 'none', revert: 'none' }
  for (const { type, hidden } of sections) {
    types[type] = hidden === true ? 'none' : type === 'feat' || type === 'feature' ? 'minor' : 'patch'
  }
  return types
}
