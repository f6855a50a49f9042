/**
 * What to run where something that the configuration names is declared here and not there: a clone whose dependencies
 * nobody installed yet. Manifests are looked at where Node would look for the package, up to the root of the repository.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** `asked` is a package, or a module of one; undefined when no manifest here declares it. */
export function installCommandFor(root: string, asked: string): string | undefined {
  const name = /^(?:@[^/]+\/)?[^/@.#:][^/:]*/.exec(asked)?.[0]
  if (name === undefined) return undefined
  const folder = [join(root, '.changeset'), ...foldersUpwards(root)].find((each) => declares(each, name))
  return folder === undefined ? undefined : installCommandAt(folder === join(root, '.changeset') ? root : folder)
}

/** The package that a module lacked when it was loaded, from what Node says of it. */
export function packageLackedBy(error: unknown): string | undefined {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown }
  if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') return undefined
  return /^Cannot find (?:package|module) '([^']+)'/.exec(String(message))?.[1]
}

/** From the workspace root to the root of the repository, which is never left. */
export function foldersUpwards(root: string): string[] {
  const folders: string[] = []
  for (let folder = root; ; folder = dirname(folder)) {
    folders.push(folder)
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) break
  }
  return folders.some((folder) => existsSync(join(folder, '.git'))) ? folders : folders.slice(0, 1)
}

const fields = ['devDependencies', 'dependencies', 'optionalDependencies'] as const

function declares(folder: string, name: string): boolean {
  const manifest = manifestIn(folder)
  return fields.some((field) => {
    const section = manifest[field]
    return typeof section === 'object' && section !== null && Object.hasOwn(section, name)
  })
}

function manifestIn(folder: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}

/** By whom the manifest names, else by whose files lie there. */
function installCommandAt(folder: string): string {
  const has = (...files: readonly string[]): boolean => files.some((file) => existsSync(join(folder, file)))
  const named = /^(pnpm|yarn|bun|npm)@/.exec(String(manifestIn(folder)['packageManager']))?.[1]
  if (named !== undefined && named !== 'npm') return `${named} install`
  if (named === undefined) {
    if (has('pnpm-lock.yaml', 'pnpm-workspace.yaml')) return 'pnpm install'
    if (has('yarn.lock')) return 'yarn install'
    if (has('bun.lock', 'bun.lockb')) return 'bun install'
  }
  return has('package-lock.json', 'npm-shrinkwrap.json') ? 'npm ci' : 'npm install'
}
