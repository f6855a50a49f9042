/**
 * Which files of a package go into its tarball. For npm, pnpm and bun npm's own walker answers wherever its patterns
 * matter, and where they do not plain-files.ts does; yarn has rules of its own (yarn-files.ts). Links and anything
 * outside the package never go in.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import type { Manifest, WorkspaceTool } from '@topsail/core'
import type Packlist from 'npm-packlist'
import { plainFiles } from './plain-files.ts'

type Tree = Parameters<typeof Packlist>[0]

export type FileListRequest = {
  readonly dir: string
  /** As it will be published, and as it stands in the workspace. */
  readonly manifest: Manifest
  readonly source: Manifest
  readonly tool: WorkspaceTool
  /** The workspace root and its members' folders, absolute: npm applies ignore files of the folders in between. */
  readonly root: string
  readonly members: readonly string[]
}

export async function filesToPack(request: FileListRequest): Promise<readonly string[]> {
  if (request.tool === 'yarn') return (await import('./yarn-files.ts')).yarnFiles(request.dir, request.source)
  return ordinaryFiles(request) ?? npmFiles(request)
}

/** Undefined where only npm's walker can tell. */
export function ordinaryFiles({ dir, manifest, tool, root, members }: FileListRequest): readonly string[] | undefined {
  const { bundleDependencies, files, main, browser, bin } = normalizedManifest(manifest, tool)
  if (bundleDependencies.length > 0) return undefined
  if (followsFoldersAbove(tool) && (members.includes(root) || dir === root || isIgnoredAbove(dir, root)))
    return undefined
  return plainFiles({ dir, files, entryPoints: [main ?? '', browser ?? '', ...Object.values(bin)] })
}

/** npm's own answer. */
export async function npmFiles({ dir, manifest, tool, root, members }: FileListRequest): Promise<readonly string[]> {
  const { default: packlist } = await import('npm-packlist')
  const between = followsFoldersAbove(tool) ? { prefix: root, workspaces: [...members] } : {}
  const files = await packlist(rootTree(dir, manifest, tool), { path: dir, ...between })
  return files.map((file) => file.replaceAll('\\', '/'))
}

function followsFoldersAbove(tool: WorkspaceTool): boolean {
  return tool === 'npm' || tool === 'lerna'
}

function isIgnoredAbove(dir: string, root: string): boolean {
  for (let above = dirname(dir); ; above = dirname(above)) {
    if (['.npmignore', '.gitignore'].some((name) => existsSync(join(above, name)))) return true
    if (above === root || above === dirname(above)) return false
  }
}

function rootTree(dir: string, manifest: Manifest, tool: WorkspaceTool): Tree {
  const normalized = normalizedManifest(manifest, tool)
  const bundled = normalized.bundleDependencies
  return {
    path: dir,
    package: normalized,
    isProjectRoot: true,
    edgesOut: new Map(bundled.flatMap((name) => edgeTo(name, [dir], new Map()))),
  }
}

type NormalizedManifest = Record<string, unknown> & {
  readonly bundleDependencies: string[]
  readonly bin: Readonly<Record<string, string>>
  readonly files: string[] | undefined
  readonly main: string | undefined
  readonly browser: string | undefined
}

/** What the walker reads, in the one form it understands. */
function normalizedManifest(manifest: Manifest, tool: WorkspaceTool): NormalizedManifest {
  // npm does not recognise a `main` that begins with a dot, and then leaves it out when `files` does.
  const path = tool === 'pnpm' || tool === 'bun' ? plainPath : (text: string) => text
  const { bin, files, main, browser } = manifest as Readonly<Record<string, unknown>>
  const listed: unknown = manifest['bundleDependencies'] ?? manifest['bundledDependencies']
  const everything = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })
  return {
    dependencies: manifest.dependencies ?? {},
    optionalDependencies: manifest.optionalDependencies ?? {},
    bundleDependencies: listed === true ? everything : textsOf(listed),
    bin: Object.fromEntries(binPaths(bin).map((path, index) => [index, path])),
    files: Array.isArray(files) ? textsOf(files) : undefined,
    main: typeof main === 'string' ? path(main) : undefined,
    browser: typeof browser === 'string' ? path(browser) : undefined,
  }
}

/** A bundled dependency as node finds it from the package that wants it, without leaving the packed one. */
function edgeTo(
  name: string,
  places: readonly string[],
  seen: Map<string, Tree>,
): readonly (readonly [string, { readonly to: Tree; readonly peer: boolean; readonly dev: boolean }])[] {
  const found = places
    .map((place) => join(place, 'node_modules', name))
    .find((dir) => existsSync(join(dir, 'package.json')))
  if (found === undefined) return []
  const tree = seen.get(found) ?? bundledTree(found, places, seen)
  return [[name, { to: tree, peer: false, dev: false }]]
}

function bundledTree(dir: string, places: readonly string[], seen: Map<string, Tree>): Tree {
  const edgesOut = new Map<string, { to: Tree; peer: boolean; dev: boolean }>()
  const manifest = normalizedManifest(JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8')) as Manifest, 'npm')
  const tree: Tree & { target?: Tree } = { path: dir, package: manifest, isProjectRoot: false, isLink: false, edgesOut }
  tree.target = tree
  seen.set(dir, tree)
  const wanted = { ...(manifest['dependencies'] as object), ...(manifest['optionalDependencies'] as object) }
  for (const name of Object.keys(wanted)) {
    for (const [key, edge] of edgeTo(name, [dir, ...places], seen)) edgesOut.set(key, edge)
  }
  return tree
}

/** The files that `bin` names, whichever way it is written, from the package's folder. */
export function binPaths(bin: unknown): readonly string[] {
  const paths: readonly unknown[] = typeof bin === 'object' && bin !== null ? Object.values(bin) : [bin]
  return textsOf(paths).map(plainPath)
}

/** `bin/one.js` for `./bin/one.js`, and never above the package. */
function plainPath(path: string): string {
  return posix.join('/', path).slice(1)
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}
