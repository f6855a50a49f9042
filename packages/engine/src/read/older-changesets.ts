/**
 * Whether the Changesets a repository uses is one that takes `workspace:^` and `workspace:~` for ranges that nothing
 * satisfies, so that dependents are always released: those before @changesets/cli 2.29.5, with
 * @changesets/assemble-release-plan 6.0.9. The lockfile decides; without a word from it the declared range does.
 */
import lessThan from 'semver/functions/lt.js'
import minVersion from 'semver/ranges/min-version.js'
import { dependencyFields, type Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'

export function readsBareOperators(files: Files, workspace: Workspace, changesetsCli: string | undefined): boolean {
  if (changesetsCli === undefined || !usesOperators(workspace)) return false
  const locked = lockedPlanner(files)
  if (locked !== undefined) return lessThan(locked, '6.0.9')
  const declared = minVersion(changesetsCli, { loose: true })
  return declared !== null && lessThan(declared, '2.29.5')
}

function usesOperators({ packages }: Workspace): boolean {
  return packages.some(({ manifest }) =>
    dependencyFields.some((field) =>
      Object.values(manifest[field] ?? {}).some((range) => range === 'workspace:^' || range === 'workspace:~'),
    ),
  )
}

const lockfiles = ['pnpm-lock.yaml', 'package-lock.json', 'yarn.lock', 'bun.lock']
const planner = '@changesets/assemble-release-plan'

/** The highest version that a lockfile names for the planner, in whatever way it writes that. */
function lockedPlanner(files: Files): string | undefined {
  let highest: string | undefined
  for (const text of lockfiles.map((name) => files.read(name) ?? '')) {
    for (let at = text.indexOf(planner); at >= 0; at = text.indexOf(planner, at + 1)) {
      const version = versionBehind(text.slice(at + planner.length, at + planner.length + 200))
      if (version !== undefined && (highest === undefined || lessThan(highest, version))) highest = version
    }
  }
  return highest
}

/** `@6.0.5:` and `/5.2.2:` of pnpm, `": {"version": "6.0.5"` of npm, `@^6.0.4":` and a `version` line of yarn, `@6.0.5"` of bun. */
function versionBehind(text: string): string | undefined {
  const inKey = /^[@/](\d+\.\d+\.\d+)[':"(_]/.exec(text)
  const below = /^[^\n]*:\s*\{?\s*"?version"?:?\s+"?(\d+\.\d+\.\d+)"?/.exec(text)
  return inKey?.[1] ?? below?.[1]
}
