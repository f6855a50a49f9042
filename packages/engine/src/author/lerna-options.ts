/**
 * What Lerna is told when it releases: options of `lerna version` and `lerna publish` in lerna.json, where the more
 * specific place wins, and over them the flags of the scripts that run it.
 */
import type { Workspace } from '@topsail/core'
import { isRecord, own } from '../read/record.ts'
import type { Setting } from './set-up.ts'

export type Options = ReadonlyMap<string, { readonly key: string | Setting; readonly value: unknown }>

export function releaseOptions(lerna: unknown, workspace: Workspace): Options {
  const options = new Map<string, { key: string | Setting; value: unknown }>()
  const command = own(lerna, 'command')
  const places: readonly (readonly [prefix: string, values: unknown])[] = [
    ['', lerna],
    ['command.publish.', own(command, 'publish')],
    ['command.version.', own(command, 'version')],
  ]
  for (const [prefix, values] of places) {
    if (!isRecord(values)) continue
    for (const [name, value] of Object.entries(values)) options.set(name, { key: `${prefix}${name}`, value })
  }
  const runs = runsOf(workspace)
  const conventional = runs.find(({ flags }) => flags.includes('--conventional-commits'))
  if (conventional !== undefined) options.set('conventionalCommits', { key: conventional.key, value: true })
  const preset = conventional === undefined ? undefined : valueOf('--changelog-preset', conventional.flags)
  if (conventional !== undefined && preset !== undefined) {
    options.set('changelogPreset', { key: conventional.key, value: preset })
  }
  // One script for prereleases with it and one for releases without says nothing of releases.
  const [first] = runs
  for (const [option, value, says] of everyRun) {
    if (first !== undefined && runs.every(({ flags }) => flags.some((flag) => says.test(flag)))) {
      options.set(option, { key: first.key, value })
    }
  }
  return options
}

const everyRun: readonly (readonly [option: string, value: unknown, says: RegExp])[] = [
  ['excludeDependents', true, /^--exclude-dependents(?:=true)?$/],
  ['forcePublish', true, /^--force-publish(?:=\*|="\*")?$/],
  ['private', false, /^--(?:no-private|private=false)$/],
]

type Run = { readonly key: Setting; readonly flags: readonly string[] }

/** Scripts of the root in which Lerna decides versions. */
function runsOf({ root }: Workspace): readonly Run[] {
  const scripts = own(root.manifest, 'scripts')
  return Object.entries(isRecord(scripts) ? scripts : {}).flatMap(([name, command]): Run[] => {
    if (typeof command !== 'string') return []
    const key = { file: 'package.json', key: `scripts.${name}` }
    const found = [...command.slice(0, 2000).matchAll(/\blerna (?:version|publish)\b([^&|;]*)/g)]
    return found
      .map(([, flags = '']) => ({ key, flags: flags.split(/\s+/) }))
      .filter(({ flags }) => !flags.includes('from-package') && !flags.includes('from-git'))
  })
}

/** `--name value` or `--name=value`. */
function valueOf(name: string, flags: readonly string[]): string | undefined {
  const at = flags.findIndex((flag) => flag === name || flag.startsWith(`${name}=`))
  const flag = flags[at]
  const value = flag === name ? flags[at + 1] : flag?.slice(name.length + 1)
  return value === '' ? undefined : value
}
