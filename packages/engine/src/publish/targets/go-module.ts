/**
 * What Go makes of a module in a repository: how its path has to end at a version, how its tags are named, how a module
 * proxy spells it. A version that Go could never find under its path is told before anything is uploaded.
 */
import type { PackageName, Path, Problem, Version } from '@topsail/core'
import majorOf from 'semver/functions/major.js'

export type ModuleLine = { readonly module: string; readonly line: number }

/** The `module` directive of a go.mod. */
export function readModuleLine(text: string): ModuleLine | undefined {
  for (const [at, line] of text.split('\n').entries()) {
    const [, written] = /^\s*module\s+("[^"]+"|`[^`]+`|[^\s"`(]+)\s*(\/\/.*)?$/.exec(line) ?? []
    if (written !== undefined) return { module: written.replace(/^["`]|["`]$/g, ''), line: at + 1 }
  }
  return undefined
}

/** `services/foo/v1.2.3`; `v1.2.3` at the root. `dir` is relative to the repository, empty at its root. */
export function goTagOf(dir: Path, version: Version): string {
  const base = tagFolder(dir, version)
  return base === '' ? `v${version}` : `${base}/v${version}`
}

export type ModuleFacts = {
  readonly name: PackageName
  readonly version: Version
  /** Relative to the repository, empty at its root. */
  readonly dir: Path
  /** go.mod, as the workspace names it. */
  readonly file: Path
}

/** Undefined where Go finds this version under this path. */
export function modulePathProblem({ module, line }: ModuleLine, facts: ModuleFacts): Problem | undefined {
  const { name, version, dir, file } = facts
  const ending = wantedEnding(module, dir, version)
  const isPlain = majorOf(version) < 2 && !module.startsWith(dotted)
  const isRight = module.endsWith(ending) && !(isPlain && /\/v\d+$/.test(module))
  if (isRight) return undefined
  return { code: 'GO_MODULE_PATH', severity: 'error', place: { file, line }, name, version, module, wanted: ending }
}

/** Upper case letters as `!` and the small letter, for file systems that do not tell them apart. */
export function escapeModule(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`)
}

const dotted = 'gopkg.in/'

function wantedEnding(module: string, dir: Path, version: Version): string {
  const major = majorOf(version)
  if (module.startsWith(dotted)) return `.v${major}`
  const folder = tagFolder(dir, version)
  return `${folder === '' ? '' : `/${folder}`}${major >= 2 ? `/v${major}` : ''}`
}

/** A major version may live in a folder of its own, which is no part of the tag. */
function tagFolder(dir: Path, version: Version): string {
  const major = majorOf(version)
  return major < 2 ? dir : dir.replace(new RegExp(`(^|/)v${major}$`), '')
}
