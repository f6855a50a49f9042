/** Which version of a package the lockfile of a workspace names, whichever tool wrote it. */
import lessThan from 'semver/functions/lt.js'
import type { PackageName } from '@topsail/core'
import type { Files } from '../ports.ts'

const lockfiles = ['pnpm-lock.yaml', 'package-lock.json', 'yarn.lock', 'bun.lock']

/** The highest one; undefined without a lockfile, or without a word of the package in it. */
export function lockedVersion(files: Files, name: PackageName): string | undefined {
  let highest: string | undefined
  for (const text of lockfiles.map((lockfile) => files.read(lockfile) ?? '')) {
    for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
      const version = versionBehind(text.slice(at + name.length, at + name.length + 200))
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
