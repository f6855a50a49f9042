/**
 * The repositories that are photographed: the shop of the demo, and generated ones in which a pull request breaks every
 * library, so that its plan reaches the services too.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PullRequestOnForge } from './forge.ts'

/** Runs with a folder that is removed afterwards. */
export async function inFolder<Result>(run: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'topsail-pictures-'))
  try {
    return await run(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A pull request to the shop: one package with a changeset, one that was forgotten. */
export function shopStory(folder: string): PullRequestOnForge {
  writeFleet('shop', folder)
  return {
    from: folder,
    branch: 'round-to-the-cent',
    title: 'feat: round every amount to the cent',
    files: {
      '.changeset/round-coins-add.md': changeset([['@chandlery/money', 'minor']], 'Amounts are rounded to the cent'),
      'libs/money/src/round.js': 'export const toCents = (amount) => Math.round(amount * 100) / 100\n',
      'services/catalog/src/round.js': "export { toCents } from '@chandlery/money'\n",
    },
  }
}

/** A pull request whose plan holds `count` packages. */
export function fleetStory(folder: string, count: number): PullRequestOnForge {
  writeFleet(String(count), folder)
  const libraries = librariesOf(folder)
  const named = libraries.map(({ name }) => [name, 'major'] as const)
  return {
    from: folder,
    branch: 'identifiers',
    title: 'feat!: identifiers are strings',
    files: {
      '.changeset/many-names-change.md': changeset(named, 'Identifiers are strings, no longer numbers'),
      ...Object.fromEntries(libraries.map(({ dir }) => [`${dir}/src/identifier.js`, 'export const idOf = String\n'])),
    },
  }
}

const generator = fileURLToPath(new URL('../../fleet/src/main.ts', import.meta.url))

function writeFleet(what: string, folder: string): void {
  execFileSync(process.execPath, [generator, what, folder], { stdio: 'ignore' })
}

type Library = { readonly name: string; readonly dir: string }

/** What another package depends on; the only package where there is but one. */
function librariesOf(folder: string): readonly Library[] {
  const manifests = readdirSync(join(folder, 'packages')).map((entry) => {
    const dir = `packages/${entry}`
    return { dir, ...(JSON.parse(readFileSync(join(folder, dir, 'package.json'), 'utf8')) as Manifest) }
  })
  const needed = new Set(manifests.flatMap(({ dependencies }) => Object.keys(dependencies ?? {})))
  return manifests.filter(({ name }) => needed.has(name) || manifests.length === 1)
}

type Manifest = { readonly name: string; readonly dependencies?: Readonly<Record<string, string>> }

function changeset(bumps: readonly (readonly [name: string, bump: string])[], summary: string): string {
  const lines = bumps.map(([name, bump]) => `${JSON.stringify(name)}: ${bump}`)
  return `---\n${lines.join('\n')}\n---\n\n${summary}\n`
}
