/**
 * Versions that a rollback has burned, as the refs of this clone know them; nobody else is asked. Where there is no
 * such ref no process is started.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseBurned, withBurned, type BurnedVersions } from '@topsail/core'
import type { Git } from '../ports.ts'
import { readObjects } from '../publish/head-state.ts'
import type { GitFacts } from './git-facts.ts'
import { mirrorOf } from './release-namespaces.ts'

/** The file in the commit that the ref leads to. */
export const burnedFile = 'burned.json'

export function burnedRef(namespace: string): string {
  return `${namespace}/burned`
}

/** Undefined where nothing is burned. */
export async function readBurned(
  git: Git,
  facts: GitFacts,
  namespaces: readonly string[],
): Promise<BurnedVersions | undefined> {
  if (facts.kind !== 'repository') return undefined
  const refs = [...new Set(namespaces.flatMap(refsOf))].filter((ref) => mayExist(ref, facts.commonDir))
  if (refs.length === 0) return undefined
  const texts = await readObjects(
    git,
    refs.map((ref) => `${ref}:${burnedFile}`),
  )
  const burned = texts.flatMap((text) =>
    Object.entries(parseBurned(text ?? '')).flatMap(([name, versions]) =>
      versions.map((version) => ({ name, version })),
    ),
  )
  return burned.length === 0 ? undefined : withBurned({}, burned)
}

/** A branch is mirrored here, and known under the name of the remote as well. */
function refsOf(namespace: string): readonly string[] {
  const branch = /^refs\/heads\/(.+)$/.exec(namespace)?.[1]
  const known = branch === undefined ? [] : [`refs/remotes/origin/${branch}`]
  return [mirrorOf(namespace), ...known].map(burnedRef)
}

/** Git keeps refs as files, as lines of one file, or in tables that only git can read. */
function mayExist(ref: string, commonDir: string): boolean {
  if (existsSync(join(commonDir, ...ref.split('/'))) || existsSync(join(commonDir, 'reftable'))) return true
  try {
    return readFileSync(join(commonDir, 'packed-refs'), 'utf8').includes(` ${ref}\n`)
  } catch {
    return false
  }
}
