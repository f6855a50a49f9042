/**
 * The workspace as plain data: what its manifests say, nothing decided yet. Built by `engine/read/workspace.ts`
 * from disk and by `core/testing` from text.
 */
import type { PackageName, Path, Range, Version } from './names.ts'

/** In the order in which Changesets merges them, which its presets must imitate. */
export const dependencyFields = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies'] as const
export type DependencyField = (typeof dependencyFields)[number]

export type WorkspaceTool = 'pnpm' | 'npm' | 'yarn' | 'bun' | 'lerna' | 'root'

/** A parsed `package.json`. Fields that the type does not name are kept as they are. */
export type Manifest = {
  readonly name?: string
  readonly version?: string
  readonly private?: boolean
  readonly publishConfig?: {
    readonly access?: 'public' | 'restricted'
    readonly directory?: string
    readonly registry?: string
    readonly tag?: string
    readonly [key: string]: unknown
  }
  readonly [key: string]: unknown
} & { readonly [field in DependencyField]?: Readonly<Record<PackageName, Range>> }

export type Package = {
  readonly name: PackageName
  readonly dir: Path
  /** Absent, or not a semantic version (then a problem says so): the package is never versioned. */
  readonly version: Version | undefined
  readonly private: boolean
  readonly manifest: Manifest
  /** The manifest byte for byte as it was read (BOM and CRLF included), for edits in place. */
  readonly text: string
}

export type Workspace = {
  readonly tool: WorkspaceTool
  /** The root manifest. It may lack a name; then `name` is `''`. It is a member only if listed in `packages` too. */
  readonly root: Package
  /** Members sorted by directory; names are unique here (duplicates became problems). */
  readonly packages: readonly Package[]
  /**
   * The folders that Changesets 2 takes for the members, where they are others: it reads `workspaces` of package.json
   * before it looks for any other tool's file.
   */
  readonly seenByChangesets2?: readonly Path[] | undefined
  /** Those of them that are listed in `packages` although the workspace tool does not know them. */
  readonly ofChangesets2Alone?: readonly Path[] | undefined
  /** The folders of members that only another member's `workspaces` name: Yarn's alone. */
  readonly nested?: readonly Path[] | undefined
  /** `catalogs.default` holds pnpm's `catalog:`; named catalogs by their name. */
  readonly catalogs: Readonly<Record<string, Readonly<Record<PackageName, Range>>>>
}

export function manifestPath(pkg: Pick<Package, 'dir'>): Path {
  return pkg.dir === '.' ? 'package.json' : `${pkg.dir}/package.json`
}
