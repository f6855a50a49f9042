/**
 * Packs one package as its own package manager would: lifecycle scripts, the published manifest, the file list, one
 * deterministic tarball. The manifest is read again after the scripts, because some of them rewrite it. A tarball that
 * still holds a range of the workspace is a failure, found before anything is uploaded.
 */
import { existsSync, readFileSync } from 'node:fs'
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { publishedManifest, unpublishableRanges } from '@topsail/core'
import type { Manifest, Package, Problem, PublishContext, Version, Workspace, WorkspaceTool } from '@topsail/core'
import { staysInside } from '../../ports.ts'
import { binPaths, filesToPack } from './file-list.ts'
import { runScriptsAfter, runScriptsBefore, runScriptsOfPublishing, scriptsOf, type ScriptContext } from './scripts.ts'
import { integrityOf, writeTarball, type Tarball, type TarEntry } from './tarball.ts'
import { publishContext } from './publish-context.ts'

export type Packer = {
  pack(pkg: Package & { readonly version: Version }): Promise<PackOutcome>
  read(tarball: Tarball): Promise<Buffer>
  /** Runs what the package wants to be run after it was published; a failure changes nothing any more. */
  afterPublish(pkg: Package): Promise<Problem | undefined>
}

export type PackOutcome =
  | { readonly kind: 'packed'; readonly tarball: Tarball }
  | { readonly kind: 'failed'; readonly problem: Problem }

export type PackerOptions = {
  /** The workspace root, absolute. */
  readonly root: string
  readonly workspace: Workspace
  /** Where tarballs are written. */
  readonly out: string
  readonly gitHead?: string | undefined
}

/** The folders of all members, absolute, once for all of them. */
type PackOptions = PackerOptions & { readonly members: readonly string[] }

export function workspacePacker(given: PackerOptions): Packer {
  const { root, workspace } = given
  const members = workspace.packages.map((pkg) => join(root, pkg.dir))
  const options = { ...given, members, workspace: { ...workspace, tool: packingTool(given) } }
  const context = publishContext(options.workspace)
  const scriptsIn = (pkg: Package): ScriptContext => ({
    dir: join(options.root, pkg.dir),
    tool: options.workspace.tool,
    root: options.root,
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
      const outcome = await packFiles(pkg, context(pkg), options)
      const failedAfter = await runScriptsAfter(scripts)
      if (outcome.kind === 'packed' && failedAfter !== undefined) {
        return failed({ code: 'PACK_SCRIPT_FAILED', name: pkg.name, ...failedAfter })
      }
      return outcome
    },
  }
}

/** The first generation of yarn knows no `workspace:` and leaves publishing to npm's rules. */
function packingTool({ root, workspace }: PackerOptions): WorkspaceTool {
  if (workspace.tool !== 'yarn' || existsSync(join(root, '.yarnrc.yml'))) return workspace.tool
  const lockfile = join(root, 'yarn.lock')
  return existsSync(lockfile) && readFileSync(lockfile, 'utf8').includes('yarn lockfile v1') ? 'npm' : 'yarn'
}

async function packFiles(
  pkg: Package & { readonly version: Version },
  context: PublishContext,
  options: PackOptions,
): Promise<PackOutcome> {
  const folder = await sourceFolder(pkg, options)
  if (typeof folder !== 'string') return failed({ code: 'PACK_FAILED', name: pkg.name, detail: folder.detail })
  const source = await readManifest(folder)
  if (source === undefined) {
    return failed({ code: 'PACK_FAILED', name: pkg.name, detail: 'its package.json cannot be read after the scripts' })
  }
  const manifest = publishedManifest({ ...source.manifest, name: pkg.name, version: pkg.version }, context)
  const [left] = unpublishableRanges(manifest)
  if (left !== undefined) return failed({ code: 'TARBALL_RANGE_UNPUBLISHABLE', name: pkg.name, ...left })

  const entries = await entriesOf(folder, manifest, source, options)
  const bytes = await writeTarball(entries)
  const integrity = integrityOf(bytes)
  const file = join(options.out, `${encodeURIComponent(pkg.name)}-${pkg.version}.tgz`)
  await mkdir(options.out, { recursive: true })
  await writeFile(file, bytes)
  const metadata = {
    ...manifest,
    ...readmeOf(entries),
    ...(options.gitHead === undefined ? {} : { gitHead: options.gitHead }),
  }
  const files = entries.map((entry) => entry.path)
  const { name, version } = pkg
  return { kind: 'packed', tarball: { name, version, integrity, bytes: bytes.length, file, files, metadata } }
}

/** The package's folder, or the one below it that `publishConfig.directory` names. */
async function sourceFolder(pkg: Package, options: PackOptions): Promise<string | { readonly detail: string }> {
  const home = join(options.root, pkg.dir)
  const directory: unknown = pkg.manifest.publishConfig?.directory
  if (typeof directory !== 'string' || !['pnpm', 'bun'].includes(options.workspace.tool)) return home
  if (!staysInside(directory)) return { detail: `publishConfig.directory "${directory}" leaves the package` }
  const folder = join(home, directory)
  const isThere = (await readManifest(folder)) !== undefined
  return isThere ? folder : { detail: `publishConfig.directory "${directory}" has no package.json` }
}

type ManifestFile = { readonly manifest: Manifest; readonly text: Buffer }

async function readManifest(folder: string): Promise<ManifestFile | undefined> {
  try {
    const text = await readFile(join(folder, 'package.json'))
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
    const stat = await lstat(join(folder, path))
    if (!stat.isFile()) continue
    const executable = executables.has(path) || (goesByDisk(tool) && (stat.mode & 0o111) !== 0)
    entries.push({ path, content: await readFile(join(folder, path)), executable })
  }
  const changed = JSON.stringify(manifest) !== JSON.stringify(source.manifest)
  const text = changed ? Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`) : source.text
  entries.push({ path: 'package.json', content: text, executable: false })
  return [...entries, ...(await rootLicence(entries, options))]
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
async function rootLicence(entries: readonly TarEntry[], options: PackOptions): Promise<readonly TarEntry[]> {
  if (options.workspace.tool !== 'pnpm' || entries.some((entry) => isLicence(entry.path))) return []
  const names = (await readdir(options.root, { withFileTypes: true })).filter(
    (file) => file.isFile() && isLicence(file.name),
  )
  return Promise.all(
    names.map(async ({ name }) => ({
      path: name,
      content: await readFile(join(options.root, name)),
      executable: false,
    })),
  )
}

function isLicence(path: string): boolean {
  return /^licen[cs]e(\.[^/]*)?$/i.test(path)
}

/** Registries show the README of the packument, not that of the tarball. */
function readmeOf(entries: readonly TarEntry[]): { readonly readme?: string; readonly readmeFilename?: string } {
  const found = entries.find((entry) => /^readme(\.[^/]*)?$/i.test(entry.path))
  return found === undefined ? {} : { readme: found.content.toString('utf8'), readmeFilename: found.path }
}

function failed(problem: DistributiveOmit<Problem, 'severity'>): PackOutcome {
  return { kind: 'failed', problem: { severity: 'error', ...problem } as Problem }
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never
