/**
 * A module that `.changeset/config.json` names, resolved from `.changeset/` as Changesets resolves it: the user's own
 * code, installed or written here. What it exports may be its default, or the default of that (CommonJS that a compiler
 * wrote).
 */
import { existsSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { installCommandFor, packageLackedBy } from './missing-package.ts'

export type UserModule<T> =
  | { readonly kind: 'loaded'; readonly exported: T }
  /** `install`: where it is declared here, the command that brings it. */
  | { readonly kind: 'missing'; readonly install: string | undefined }
  /** It exports nothing of the kind that is wanted. */
  | { readonly kind: 'other' }
  /** `install`: the same for a package that it lacks itself. */
  | { readonly kind: 'failed'; readonly detail: string; readonly install: string | undefined }

export async function loadUserModule<T>(
  root: string,
  module: string,
  isWanted: (exported: unknown) => exported is T,
): Promise<UserModule<T>> {
  const url = await resolveFrom(join(root, '.changeset'), module)
  if (url === undefined) return { kind: 'missing', install: installCommandFor(root, module) }
  try {
    let candidate: unknown = await import(url)
    for (let depth = 0; depth < 3; depth += 1) {
      if (isWanted(candidate)) return { kind: 'loaded', exported: candidate }
      candidate = defaultOf(candidate)
    }
    return { kind: 'other' }
  } catch (error) {
    const lacked = packageLackedBy(error)
    const install = lacked === undefined ? undefined : installCommandFor(root, lacked)
    return { kind: 'failed', detail: error instanceof Error ? error.message : String(error), install }
  }
}

function defaultOf(value: unknown): unknown {
  const holds = (typeof value === 'object' && value !== null) || typeof value === 'function'
  return holds && 'default' in value ? value.default : undefined
}

/** As Changesets 3 resolves it, for `import`; else as Changesets 2 did, for `require`, which finds `./lines` too. */
async function resolveFrom(folder: string, module: string): Promise<string | undefined> {
  const from = join(folder, 'x.mjs')
  if (mayBeInstalled(folder, module)) {
    const { resolve } = await import('import-meta-resolve')
    const imported = unlessThrown(() => resolve(module, pathToFileURL(from).href))
    if (imported !== undefined && isThere(imported)) return imported
  }
  const required = unlessThrown(() => createRequire(from).resolve(module))
  return required === undefined || isBuiltin(required) ? undefined : pathToFileURL(required).href
}

/** Loading a resolver to learn that there is nothing to resolve would cost as much as all changelogs together. */
function mayBeInstalled(folder: string, module: string): boolean {
  const name = /^(?:@[^/]+\/)?[^/@.#][^/]*/.exec(module)?.[0]
  if (name === undefined) return true
  return foldersUpwards(folder).some((above) => existsSync(join(above, 'node_modules', name)))
}

function foldersUpwards(folder: string): readonly string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...foldersUpwards(above)]
}

function isThere(url: string): boolean {
  return url.startsWith('file:') && existsSync(fileURLToPath(url))
}

function unlessThrown<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
