/**
 * `.changeset/config.json` as Changesets reads it, and what its two generations take for granted when a key is absent.
 * Keys that no generation knows are only warned about, since Changesets passes over them.
 */
import { defaultSettings, type RulesName, type Settings } from '@topsail/core'
import type { Shape } from './config-shape.ts'
import { own, type UnknownRecord } from './record.ts'

const names: Shape = { kind: 'list', item: { kind: 'text' } }
const generator: Shape = {
  kind: 'either',
  shapes: [{ kind: 'flag' }, { kind: 'text' }, { kind: 'pair', items: [{ kind: 'text' }, { kind: 'any' }] }],
}

export const changesetsConfig: Shape = {
  kind: 'object',
  keys: {
    $schema: { kind: 'text' },
    baseBranch: { kind: 'text' },
    access: { kind: 'choice', of: ['public', 'restricted', 'private'] },
    changedFilePatterns: names,
    format: { kind: 'choice', of: ['auto', 'prettier', 'oxfmt', 'deno', 'dprint', false] },
    prettier: { kind: 'flag' },
    ignore: names,
    fixed: { kind: 'list', item: names },
    linked: { kind: 'list', item: names },
    updateInternalDependencies: { kind: 'choice', of: ['patch', 'minor'] },
    privatePackages: {
      kind: 'either',
      shapes: [{ kind: 'flag' }, { kind: 'object', keys: { version: { kind: 'flag' }, tag: { kind: 'flag' } } }],
    },
    bumpVersionsWithWorkspaceProtocolOnly: { kind: 'flag' },
    snapshot: {
      kind: 'object',
      keys: { useCalculatedVersion: { kind: 'flag' }, prereleaseTemplate: { kind: 'text' } },
    },
    changelog: {
      kind: 'either',
      shapes: [
        { kind: 'choice', of: [false] },
        { kind: 'text' },
        { kind: 'pair', items: [{ kind: 'text' }, { kind: 'any' }] },
      ],
    },
    commit: generator,
    ___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH: {
      kind: 'object',
      keys: {
        onlyUpdatePeerDependentsWhenOutOfRange: { kind: 'flag' },
        updateInternalDependents: { kind: 'choice', of: ['always', 'out-of-range'] },
        useCalculatedVersionForSnapshots: { kind: 'flag' },
      },
    },
  },
}

/** The settings that neither groups nor globs decide. `config` has passed the check against `changesetsConfig`. */
export function settingsOfConfig(config: UnknownRecord, rules: RulesName): Partial<Settings> {
  const unsafe = own(config, '___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH')
  const snapshot = own(config, 'snapshot')
  const template = own(snapshot, 'prereleaseTemplate')
  return {
    ...picked(config, [
      'baseBranch',
      'changedFilePatterns',
      'updateInternalDependencies',
      'bumpVersionsWithWorkspaceProtocolOnly',
    ]),
    ...picked(unsafe, ['onlyUpdatePeerDependentsWhenOutOfRange', 'updateInternalDependents']),
    ...(own(config, 'access') === 'public' ? { access: 'public' } : {}),
    ...(own(config, 'changelog') === undefined ? {} : { changelog: changelogOf(own(config, 'changelog')) }),
    commit: commitOf(own(config, 'commit')),
    format: formatOf(config),
    snapshot: {
      useCalculatedVersion:
        (own(snapshot, 'useCalculatedVersion') ??
          (rules === 'changesets@3' ? undefined : own(unsafe, 'useCalculatedVersionForSnapshots'))) === true,
      prereleaseTemplate: typeof template === 'string' && template !== '' ? template : undefined,
    },
    privatePackages: privatePackagesOf(own(config, 'privatePackages'), rules),
  }
}

/** What a repository without the key gets: only Changesets 3 leaves private packages alone. */
export function privatePackagesOf(value: unknown, rules: RulesName): Settings['privatePackages'] {
  if (typeof value === 'boolean') return { version: value, tag: value }
  const version = own(value, 'version')
  const tag = own(value, 'tag')
  return {
    version: typeof version === 'boolean' ? version : rules !== 'changesets@3',
    tag: typeof tag === 'boolean' ? tag : rules === 'topsail',
  }
}

export function changelogOf(value: unknown): Settings['changelog'] {
  if (typeof value === 'string') return [value, null]
  if (Array.isArray(value) && typeof value[0] === 'string') return [value[0], value[1] as unknown]
  return value === false ? false : defaultSettings.changelog
}

function commitOf(value: unknown): Settings['commit'] {
  if (value === true) return ['@changesets/cli/commit', { skipCI: 'version' }]
  if (typeof value === 'string') return [value, null]
  return Array.isArray(value) && typeof value[0] === 'string' ? [value[0], value[1] as unknown] : false
}

function formatOf(config: UnknownRecord): Settings['format'] {
  const format = own(config, 'format')
  if (format !== undefined) return format as Settings['format']
  return own(config, 'prettier') === false ? false : 'auto'
}

function picked(value: unknown, keys: readonly (keyof Settings)[]): Partial<Settings> {
  return Object.fromEntries(
    keys.map((key) => [key, own(value, key)]).filter(([, item]) => item !== undefined),
  ) as Partial<Settings>
}
