/** Workspaces and snapshots from a few words, for tests: manifests get the text a person would have written. */
import { defaultSettings, type Settings } from '../settings.ts'
import type { ChangesetFile, Snapshot } from '../snapshot.ts'
import type { Manifest, Package, Workspace } from '../workspace.ts'
import { parseVersion } from '../versions.ts'

/** A package as its manifest describes it, in `packages/<name without scope>` unless a folder is given. */
export function packageOf(
  manifest: Manifest,
  dir = `packages/${(manifest.name ?? '').replace(/^@[^/]+\//, '')}`,
): Package {
  const version = manifest.version !== undefined && parseVersion(manifest.version) ? manifest.version : undefined
  const text = `${JSON.stringify(manifest, null, 2)}\n`
  return { name: manifest.name ?? '', dir, version, private: manifest.private === true, manifest, text }
}

export function workspaceOf(packages: readonly Package[], catalogs: Workspace['catalogs'] = {}): Workspace {
  const root = packageOf({ name: 'root', private: true }, '.')
  return { tool: 'pnpm', root, packages: packages.toSorted((a, b) => (a.dir < b.dir ? -1 : 1)), catalogs }
}

export function snapshotOf(facts: Partial<Omit<Snapshot, 'settings'>> & { settings?: Partial<Settings> }): Snapshot {
  return {
    workspace: workspaceOf([]),
    changesets: [],
    pre: undefined,
    history: undefined,
    head: undefined,
    now: '2026-11-22T16:50:00.000Z',
    problems: [],
    ...facts,
    settings: { ...defaultSettings, ...facts.settings },
  }
}

/** `{ 'brave-cats': { db: 'major' } }` as the files that `changeset add` would have written. */
export function changesetFile(id: string, bumps: Readonly<Record<string, string>>, summary = id): ChangesetFile {
  const lines = Object.entries(bumps).map(([name, bump]) => `${JSON.stringify(name)}: ${bump}\n`)
  return { id, path: `.changeset/${id}.md`, text: `---\n${lines.join('')}---\n\n${summary}\n` }
}
