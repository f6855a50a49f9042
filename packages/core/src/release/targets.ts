/**
 * Where a package goes: its targets, in `topsail.json` by name or glob. Without a word there a public package goes to
 * its npm registry and a private one nowhere. A target of a package is named by a key: the package alone for npm,
 * `@acme/api:oci` for any other, which no package name can be mistaken for.
 */
import type { PackageName, Path } from '../names.ts'
import type { Settings } from '../settings.ts'
import type { Package } from '../workspace.ts'

export const targetKinds = ['npm', 'oci', 'go', 'exec'] as const
export type TargetKind = (typeof targetKinds)[number]

/** Unique within its package; the kind unless it has a name of its own. */
export type TargetId = string

/** `@acme/api` for npm, `@acme/api:oci` else. */
export type TargetKey = string

/** How an image comes to be. */
export type ImageSource =
  /** An OCI image layout in the package's folder. */
  | { readonly kind: 'layout'; readonly path: Path }
  /** A command that leaves an OCI image layout in `{out}`. */
  | { readonly kind: 'command'; readonly argv: readonly string[] }
  | {
      readonly kind: 'dockerfile'
      readonly file: string
      readonly context?: string | undefined
      /** The first one installed when left out. */
      readonly tool?: 'docker' | 'podman' | 'buildah' | undefined
      readonly platforms?: readonly string[] | undefined
      readonly args?: readonly string[] | undefined
    }
  /** It is in a registry already, under a tag (`{version}` is filled in) or a digest. */
  | { readonly kind: 'registry'; readonly image: string }

export const execVerbs = ['exists', 'pack', 'upload', 'confirm', 'channel', 'promote', 'retract'] as const
export type ExecVerb = (typeof execVerbs)[number]

/** Argument arrays, never a line for a shell. */
export type ExecCommands = { readonly [Verb in ExecVerb]?: readonly string[] | undefined } & {
  readonly exists: readonly string[]
  readonly upload: readonly string[]
}

type TargetOf<Kind extends TargetKind, Facts = unknown> = {
  readonly kind: Kind
  readonly id: TargetId
  /** Targets of the same package that come first. */
  readonly after: readonly TargetId[]
  /** Targets of other packages that come first, beside those of its dependencies. */
  readonly needs: readonly TargetKey[]
} & Readonly<Facts>

export type TargetSettings =
  | TargetOf<'npm'>
  | TargetOf<'oci', { image: string; source: ImageSource }>
  /** `proxy` comes before GOPROXY. */
  | TargetOf<'go', { proxy?: string | undefined }>
  /** `timeout` in seconds. */
  | TargetOf<'exec', { commands: ExecCommands; timeout: number }>

const npmTarget: TargetSettings = { kind: 'npm', id: 'npm', after: [], needs: [] }

export function targetsOf(pkg: Package, settings: Settings): readonly TargetSettings[] {
  const { targets } = settings
  if (Object.hasOwn(targets, pkg.name)) return targets[pkg.name] ?? []
  return pkg.private ? [] : [npmTarget]
}

export function keysOf(pkg: Package, settings: Settings): readonly TargetKey[] {
  return targetsOf(pkg, settings).map((target) => targetKey(pkg.name, target.id))
}

export function targetKey(name: PackageName, target: TargetId | undefined): TargetKey {
  return target === undefined || target === 'npm' ? name : `${name}:${target}`
}

/** Whether a version can be taken back by a word of warning, other than npm's. */
export function retracts(target: TargetSettings): boolean {
  return target.kind === 'go' || (target.kind === 'exec' && target.commands.retract !== undefined)
}

export function isNpmKey(key: TargetKey): boolean {
  return !key.includes(':')
}

export function packageOf(key: TargetKey): PackageName {
  const colon = key.lastIndexOf(':')
  return colon < 0 ? key : key.slice(0, colon)
}

export function parseTargetKey(key: TargetKey): { readonly name: PackageName; readonly target: TargetId } {
  const name = packageOf(key)
  return { name, target: name === key ? 'npm' : key.slice(name.length + 1) }
}
