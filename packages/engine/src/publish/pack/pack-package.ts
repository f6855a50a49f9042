/**
 * Packs one package as its own package manager would: lifecycle scripts, the published manifest, the file list, one
 * deterministic tarball. The manifest is read again after the scripts, because some of them rewrite it. A tarball that
 * still holds a range of the workspace is a failure, found before anything is uploaded.
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { publishedManifest, unpublishableRanges } from '@topsail/core'
import type {
  Manifest,
  Package,
  PackageName,
  Problem,
  PublishContext,
  Version,
  Workspace,
  WorkspaceTool,
} from '@topsail/core'
import { staysInside } from '../../ports.ts'
import { binPaths, filesToPack } from './file-list.ts'
import { runScriptsAfter, runScriptsBefore, runScriptsOfPublishing, scriptsOf, type ScriptContext } from './scripts.ts'
import { integrityOf, isSmall, tarballFile, writeTarball, type Tarball, type TarEntry } from './tarball.ts'
import { publishContext } from './publish-context.ts'

export type Packer = {
  pack(pkg: Versioned): Promise<PackOutcome>
  read(tarball: Tarball): Promise<Buffer>
  /** Runs what the package wants to be run after it was published; a failure changes nothing any more. */
  afterPublish(pkg: Package): Promise<Problem | undefined>
}

export type PackOutcome =
  | { readonly kind: 'packed'; readonly tarball: Tarball }
  | { readonly kind: 'failed'; readonly problem: Problem }

/** A tarball that lies nowhere yet. */
export type PackedBytes =
  | { readonly kind: 'packed'; readonly tarball: Omit<Tarball, 'file'>; readonly bytes: Buffer }
  | { readonly kind: 'failed'; readonly problem: Problem }

export type Versioned = Package & { readonly version: Version }

export type BytesOptions = {
  /** The workspace root, absolute. */
  readonly root: string
  readonly workspace: Workspace
  readonly gitHead?: string | undefined
}

export type PackerOptions = BytesOptions & {
  /** Where tarballs are written. */
  readonly out: string
  /** What a package without scripts gives, when somebody has packed it already. */
  readonly packed?: ((name: PackageName) => Promise<PackedBytes> | undefined) | undefined
}

/** The folders of all members, absolute, once for all of them. */
type PackOptions = BytesOptions & { readonly members: readonly string[] }

export function workspacePacker(options: PackerOptions): Packer {
  const { root, out } = options
  const tool = packingTool(options)
  const packBytes = bytesPacker(options)
  const scriptsIn = (pkg: Package): ScriptContext => ({
    dir: join(root, pkg.dir),
    tool,
    root,
    scripts: scriptsOf(pkg.manifest),
  })
  return {
    read: (tarball) => readFile(tarball.file),
    async afterPublish(pkg) {
      const failure = await runScriptsOfPublishing(scriptsIn(pkg))
      if (failure === undefined) return undefined
      return { code: 'PUBLISH_SCRIPT_FAILED', severity: 'warning', name: pkg.name, ...failure }
    },
    async pack(pkg) {
      const scripts = scriptsIn(pkg)
      const failedBefore = await runScriptsBefore(scripts)
      if (failedBefore !== undefined) return failed({ code: 'PACK_SCRIPT_FAILED', name: pkg.name, ...failedBefore })
      const packed = await (options.packed?.(pkg.name) ?? packBytes(pkg))
      const outcome = packed.kind === 'packed' ? await written(packed, out) : packed
      const failedAfter = await runScriptsAfter(scripts)
      if (outcome.kind === 'packed' && failedAfter !== undefined) {
        return failed({ code: 'PACK_SCRIPT_FAILED', name: pkg.name, ...failedAfter })
      }
      return outcome
    },
  }
}

/** Packs without scripts and without writing anything. */
export function bytesPacker(given: BytesOptions): (pkg: Versioned) => Promise<PackedBytes> {
  const { root, workspace, gitHead } = given
  const members = workspace.packages.map((pkg) => join(root, pkg.dir))
  const options = { root, gitHead, members, workspace: { ...workspace, tool: packingTool(given) } }
  const context = publishContext(options.workspace)
  return (pkg) => packFiles(pkg, context(pkg), options)
}

async function written(
  { tarball, bytes }: Extract<PackedBytes, { kind: 'packed' }>,
  out: string,
): Promise<PackOutcome> {
  // A hundred of them must not keep everybody else waiting.
  await turn()
  const file = join(out, tarballFile(tarball))
  mkdirSync(dirname(file), { recursive: true })
  // To make a file takes the disk a moment, however small it is, and others have something to do meanwhile.
  await writeFile(file, bytes)
  return { kind: 'packed', tarball: { ...tarball, file } }
}

/** The first generation of yarn knows no `workspace:` and leaves publishing to npm's rules. */
function packingTool({ root, workspace }: BytesOptions): WorkspaceTool {
  if (workspace.tool !== 'yarn' || existsSync(join(root, '.yarnrc.yml'))) return workspace.tool
  const lockfile = join(root, 'yarn.lock')
  return existsSync(lockfile) && readFileSync(lockfile, 'utf8').includes('yarn lockfile v1') ? 'npm' : 'yarn'
}

async function packFiles(pkg: Versioned, context: PublishContext, options: PackOptions): Promise<PackedBytes> {
  const folder = sourceFolder(pkg, options)
  if (typeof folder !== 'string') return failed({ code: 'PACK_FAILED', name: pkg.name, detail: folder.detail })
  const source = readManifest(folder)
  if (source === undefined) {
    return failed({ code: 'PACK_FAILED', name: pkg.name, detail: 'its package.json cannot be read after the scripts' })
  }
  const manifest = publishedManifest({ ...source.manifest, name: pkg.name, version: pkg.version }, context)
  const [left] = unpublishableRanges(manifest)
  if (left !== undefined) return failed({ code: 'TARBALL_RANGE_UNPUBLISHABLE', name: pkg.name, ...left })

  const entries = await entriesOf(folder, manifest, source, options)
  const bytes = await writeTarball(entries)
  const metadata = {
    ...manifest,
    ...readmeOf(entries),
    ...(options.gitHead === undefined ? {} : { gitHead: options.gitHead }),
  }
  const files = entries.map((entry) => entry.path)
  const { name, version } = pkg
  const tarball = { name, version, integrity: integrityOf(bytes), bytes: bytes.length, files, metadata }
  return { kind: 'packed', tarball, bytes }
}

/** The package's folder, or the one below it that `publishConfig.directory` names. */
function sourceFolder(pkg: Package, options: PackOptions): string | { readonly detail: string } {
  const home = join(options.root, pkg.dir)
  const directory: unknown = pkg.manifest.publishConfig?.directory
  if (typeof directory !== 'string' || !['pnpm', 'bun'].includes(options.workspace.tool)) return home
  if (!staysInside(directory)) return { detail: `publishConfig.directory "${directory}" leaves the package` }
  const folder = join(home, directory)
  const isThere = readManifest(folder) !== undefined
  return isThere ? folder : { detail: `publishConfig.directory "${directory}" has no package.json` }
}

type ManifestFile = { readonly manifest: Manifest; readonly text: Buffer }

function readManifest(folder: string): ManifestFile | undefined {
  try {
    const text = readFileSync(join(folder, 'package.json'))
    const manifest: unknown = JSON.parse(text.toString('utf8').replace(/^\uFEFF/, ''))
    return typeof manifest === 'object' && manifest !== null ? { manifest: manifest as Manifest, text } : undefined
  } catch {
    return undefined
  }
}

async function entriesOf(
  folder: string,
  manifest: Manifest,
  source: ManifestFile,
  options: PackOptions,
): Promise<readonly TarEntry[]> {
  const { tool } = options.workspace
  const { root, members } = options
  const request = { dir: folder, manifest, source: source.manifest, tool, root, members }
  const files = await filesToPack(request)
  const executables = executablesOf(manifest, source.manifest, tool)
  const entries: TarEntry[] = []
  for (const path of files) {
    if (path === 'package.json' || !staysInside(path)) continue
    const file = `${folder}/${path}`
    const stat = lstatSync(file)
    if (!stat.isFile()) continue
    const executable = executables.has(path) || (goesByDisk(tool) && (stat.mode & 0o111) !== 0)
    // A small file is read before anybody else could have had a turn.
    const content = isSmall(stat.size) ? readFileSync(file) : await readFile(file)
    entries.push({ path, content, executable })
  }
  const changed = JSON.stringify(manifest) !== JSON.stringify(source.manifest)
  const text = changed ? Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) : source.text
  entries.push({ path: 'package.json', content: text, executable: false })
  return [...entries, ...rootLicence(entries, options)]
}

/** What is executable whatever the disk says. npm sees only a `bin` beside the manifest, yarn not `publishConfig.bin`. */
function executablesOf(manifest: Manifest, source: Manifest, tool: WorkspaceTool): ReadonlySet<string> {
  const { bin } = (tool === 'yarn' ? source : manifest) as { readonly bin?: unknown }
  if (goesByDisk(tool)) return new Set(binPaths(bin).filter((path) => !path.includes('/')))
  const listed: unknown = manifest.publishConfig?.['executableFiles']
  return new Set([...binPaths(bin), ...binPaths(Array.isArray(listed) ? { ...listed } : undefined)])
}

function goesByDisk(tool: WorkspaceTool): boolean {
  return tool === 'npm' || tool === 'lerna' || tool === 'root'
}

/** pnpm gives a package without a licence file that of the workspace. */
function rootLicence(entries: readonly TarEntry[], { root, workspace }: PackOptions): readonly TarEntry[] {
  if (workspace.tool !== 'pnpm' || entries.some((entry) => isLicence(entry.path))) return []
  const names = readdirSync(root, { withFileTypes: true }).filter((file) => file.isFile() && isLicence(file.name))
  return names.map(({ name }) => ({ path: name, content: readFileSync(join(root, name)), executable: false }))
}

function isLicence(path: string): boolean {
  return /^licen[cs]e(\.[^/]*)?$/i.test(path)
}

/** Registries show the README of the packument, not that of the tarball. */
function readmeOf(entries: readonly TarEntry[]): { readonly readme?: string; readonly readmeFilename?: string } {
  const found = entries.find((entry) => /^readme(\.[^/]*)?$/i.test(entry.path))
  return found === undefined ? {} : { readme: found.content.toString('utf8'), readmeFilename: found.path }
}

function failed(problem: DistributiveOmit<Problem, 'severity'>): Extract<PackOutcome, { kind: 'failed' }> {
  return { kind: 'failed', problem: { severity: 'error', ...problem } as Problem }
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never
