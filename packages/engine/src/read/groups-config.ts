/**
 * Fixed and linked groups and ignored packages, with their globs expanded. A package belongs to one group at most: the
 * first that names it, fixed before linked; naming it again is a problem. A pattern that matches nothing is told.
 */
import type { PackageName, Problem, RulesName, Settings } from '@topsail/core'
import { lineAt } from './json-text.ts'
import { expandNames, unmatchedNames } from './name-globs.ts'
import { own, stringsIn } from './record.ts'
import type { ConfigFile } from './settings.ts'

type Groups = Pick<Settings, 'fixed' | 'linked' | 'ignore'>

/** `configs` in the order of who wins; a key is taken whole from the first file that has it. */
export function readGroups(
  configs: readonly (ConfigFile | undefined)[],
  ignoreOption: readonly string[] | undefined,
  names: readonly PackageName[],
  rules: RulesName,
): { readonly groups: Groups; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const taken = new Map<PackageName, string>()
  const groupsOf = (key: 'fixed' | 'linked'): PackageName[][] =>
    listsAt(configs, key).map(({ config, globs, keys }) => {
      reportUnmatched(config, keys, globs, names, problems)
      return expandNames(globs, names, rules).filter((name) => {
        const before = taken.get(name)
        if (before === undefined) taken.set(name, keys.join('.'))
        else
          problems.push({
            code: 'CONFIG_GROUPS_OVERLAP',
            severity: 'error',
            place: placeOf(config, keys),
            name,
            groups: [before, keys.join('.')],
          })
        return before === undefined
      })
    })
  const fixed = groupsOf('fixed')
  const linked = groupsOf('linked')
  // Whoever misspells it on the command line would release what they meant to leave out.
  for (const pattern of unmatchedNames(ignoreOption ?? [], names)) {
    problems.push({ code: 'CONFIG_PATTERN_UNMATCHED', severity: 'error', key: '--ignore', pattern })
  }
  const ignore = ignoreOption ?? ignoreIn(configs, names, problems)
  return { groups: { fixed, linked, ignore: expandNames(ignore, names, rules) }, problems }
}

type ListAt = {
  readonly config: ConfigFile
  readonly globs: readonly string[]
  readonly keys: readonly (string | number)[]
}

function listsAt(configs: readonly (ConfigFile | undefined)[], key: string): readonly ListAt[] {
  for (const config of configs) {
    const value = own(config?.value, key)
    if (config === undefined || !Array.isArray(value)) continue
    return value.map((globs, at) => ({ config, globs: stringsIn(globs), keys: [key, at] }))
  }
  return []
}

function ignoreIn(
  configs: readonly (ConfigFile | undefined)[],
  names: readonly PackageName[],
  problems: Problem[],
): readonly string[] {
  for (const config of configs) {
    const value = own(config?.value, 'ignore')
    if (config === undefined || !Array.isArray(value)) continue
    const globs = stringsIn(value)
    reportUnmatched(config, ['ignore'], globs, names, problems)
    return globs
  }
  return []
}

function reportUnmatched(
  config: ConfigFile,
  keys: readonly (string | number)[],
  globs: readonly string[],
  names: readonly PackageName[],
  problems: Problem[],
): void {
  for (const pattern of unmatchedNames(globs, names)) {
    const place = placeOf(config, [...keys, globs.indexOf(pattern)])
    problems.push({ code: 'CONFIG_PATTERN_UNMATCHED', severity: 'warning', place, key: keys.join('.'), pattern })
  }
}

function placeOf(
  config: ConfigFile,
  keys: readonly (string | number)[],
): { readonly file: string; readonly line: number } {
  return { file: config.file, line: lineAt(config.text, keys) }
}
