/**
 * What `topsail init` decides before it writes: the two configurations, converted changesets, and a note for
 * everything that was carried over, left behind, or is now for a person to do. Notes are data; the CLI has the words.
 */
import { dependencyFields, type Bump, type PackageName, type Path, type Sha } from '@topsail/core'

/** A place in the configuration of some tool: `command.version.exact` in `lerna.json`. */
export type Setting = { readonly file: Path; readonly key: string }

/** Why a setting was left behind. A sentence for each is in `cli/src/render/init.ts`. */
export type LeftBehindReason =
  | 'branches'
  | 'canary'
  | 'changelog-format'
  | 'changelog-of-workspace'
  | 'commits-and-pushes'
  | 'current-version'
  | 'custom-preset'
  | 'dependents-alike'
  | 'dist-tag'
  | 'docker'
  | 'exact-ranges'
  | 'forge-release'
  | 'group-without-package'
  | 'has-no-package'
  | 'is-needed'
  | 'is-program'
  | 'later-since'
  | 'no-counterpart'
  | 'no-package-there'
  | 'no-whole-hash'
  | 'one-pull-request'
  | 'other-files'
  | 'pre-command'
  | 'pre-mode'
  | 'published-folder'
  | 'pull-request'
  | 'range-prefix'
  | 'registry'
  | 'release-as'
  | 'rooted-pattern'
  | 'rule-of-types'
  | 'signature'
  | 'tag-per-group'
  | 'types-for-all'
  | 'unknown-commit'
  | 'unreadable'
  | 'used-intent'
  | 'version-in-tags'
  | 'versioning'
  | 'whole-history'

export type InitNote =
  | {
      readonly kind: 'carried'
      readonly from: Setting
      readonly value: unknown
      readonly to: Setting
      readonly as: unknown
    }
  | {
      readonly kind: 'left-behind'
      readonly from: Setting
      readonly value: unknown
      readonly because: LeftBehindReason
    }
  /** Only the packages that changed get a new version, as before; `fixed` would release all of them each time. */
  | { readonly kind: 'one-version-line'; readonly version: string }
  | { readonly kind: 'majors-release-all' }
  | { readonly kind: 'private-packages-versioned'; readonly names: readonly PackageName[] }
  | {
      readonly kind: 'plan-converted'
      readonly from: Path
      readonly to: Path
      readonly bumps: Readonly<Record<PackageName, Bump>>
    }
  | { readonly kind: 'changes-in-3'; readonly change: ChangeIn3 }
  | {
      readonly kind: 'pre-state'
      readonly tag: string
      readonly mode: string
      readonly used: number
      readonly generation: 2 | 3
    }
  /** Changesets alone decided before. */
  | { readonly kind: 'commits-count'; readonly since: Sha | undefined }
  | { readonly kind: 'other-tool'; readonly tool: Tool; readonly file: Path }
  | { readonly kind: 'script'; readonly name: string; readonly command: string }

/** What an untouched Changesets 2 configuration would mean to Changesets 3. */
export type ChangeIn3 =
  | { readonly setting: 'privatePackages'; readonly names: readonly PackageName[] }
  | { readonly setting: 'baseBranch'; readonly before: 'master'; readonly after: 'main' }
  | { readonly setting: 'prettier'; readonly value: unknown }
  | { readonly setting: 'peers'; readonly dependents: readonly PackageName[] }
  | { readonly setting: 'snapshot'; readonly key: string }
  | { readonly setting: 'access'; readonly value: string }

export type Tool = 'beachball' | 'changesets' | 'lerna' | 'nx' | 'pnpm' | 'release-please' | 'semantic-release'

export type SetUp = {
  /** Over the defaults of a fresh `.changeset/config.json`. */
  readonly config: Readonly<Record<string, unknown>>
  /** Over the defaults of a fresh `topsail.json`. */
  readonly topsail: Readonly<Record<string, unknown>>
  readonly changesets: readonly { readonly path: Path; readonly text: string }[]
  readonly notes: readonly InitNote[]
}

export const changesetConfig: Path = '.changeset/config.json'
export const topsailConfig: Path = 'topsail.json'

/** Collects a set-up key by key, with the note that belongs to each. A bare key is one of `file`. */
export function setUpFrom(file: Path) {
  const config: Record<string, unknown> = {}
  const topsail: Record<string, unknown> = {}
  const notes: InitNote[] = []
  const place = (at: string | Setting): Setting => (typeof at === 'string' ? { file, key: at } : at)
  const carried = (at: string | Setting, value: unknown, to: Setting, as: unknown): void => {
    notes.push({ kind: 'carried', from: place(at), value, to, as })
  }
  return {
    config,
    topsail,
    notes,
    toConfig: (key: string | Setting, value: unknown, name: string, as: unknown): void => {
      config[name] = as
      carried(key, value, { file: changesetConfig, key: name }, as)
    },
    toTopsail: (key: string | Setting, value: unknown, name: string, as: unknown): void => {
      topsail[name] = as
      carried(key, value, { file: topsailConfig, key: name }, as)
    },
    leave: (key: string | Setting, value: unknown, because: LeftBehindReason): void => {
      notes.push({ kind: 'left-behind', from: place(key), value, because })
    },
  }
}

export type SetUpBuilder = ReturnType<typeof setUpFrom>

/** A row of a cascade: the same for every relation. */
export function alwaysGives(bump: Bump): Readonly<Record<string, Bump>> {
  return { 'in-range': bump, 'out-by-patch': bump, 'out-by-minor': bump, 'out-by-major': bump }
}

/** A table in which no release asks anything of a dependent but to have its range rewritten. */
export const nobodyFollows = Object.fromEntries(dependencyFields.map((field) => [field, alwaysGives('none')]))

/** Over `updateInternalDependents: always`, which would release peers as well. */
export const staysInRange = { 'in-range': 'none' } as const
