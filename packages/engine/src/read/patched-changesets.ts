/**
 * Whether a repository patches or replaces the planner of Changesets 2 to keep a peer's minor from making its
 * dependents major. That is what nearly every such patch is for: a patch that can be read decides by what it touches, and
 * one that cannot be read is taken for one of them. Chosen only where a repository names no rules, and told.
 */
import type { Path, Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { isRecord, own } from './record.ts'
import { readYaml } from './yaml-text.ts'

const planner = '@changesets/assemble-release-plan'

/** The file that says so; undefined when the planner is the published one. */
export function plannerReplacedIn(files: Files, workspace: Workspace): Path | undefined {
  const yaml = readYaml(files, 'pnpm-workspace.yaml')
  const places: readonly (readonly [Path, unknown])[] = [
    ['package.json', own(workspace.root.manifest, 'pnpm')],
    ['package.json', workspace.root.manifest],
    ['pnpm-workspace.yaml', yaml?.ok === true ? yaml.value : undefined],
  ]
  for (const [file, value] of places) {
    if (patchesPeers(files, own(value, 'patchedDependencies')) || isOverridden(value)) return file
  }
  const folder = patchFolder(workspace)
  const patch = files.entries(folder).find(({ name }) => /changesets[+_-]+assemble-release-plan/.test(name))
  if (patch !== undefined && touchesPeers(files, `${folder}/${patch.name}`)) return `${folder}/${patch.name}`
  return forkOf(workspace)
}

/** Where patch-package finds its patches; a script of the root may name another folder. */
function patchFolder({ root }: Workspace): Path {
  const scripts = own(root.manifest, 'scripts')
  for (const script of isRecord(scripts) ? Object.values(scripts) : []) {
    const named = typeof script === 'string' && /\bpatch-package\b[^&|;]*--patch-dir[= ]["']?([^\s"'&|;]+)/.exec(script)
    if (named && named[1] !== undefined) return named[1].replace(/^(?:\.\/)+|\/+$/g, '')
  }
  return 'patches'
}

function patchesPeers(files: Files, patched: unknown): boolean {
  if (!isRecord(patched)) return false
  return Object.entries(patched).some(
    ([key, path]) => key.startsWith(planner) && typeof path === 'string' && touchesPeers(files, path),
  )
}

function touchesPeers(files: Files, path: Path): boolean {
  const text = files.read(path)
  return text === undefined || /peerDependencies|shouldBumpMajor/.test(text)
}

/** By anything but a plain range of versions: a patch, a fork, a folder. */
function isOverridden(value: unknown): boolean {
  const pinned = [own(value, 'overrides'), own(value, 'resolutions')]
  return pinned.some(
    (entries) =>
      isRecord(entries) &&
      Object.entries(entries).some(
        ([key, range]) => key.includes(planner) && typeof range === 'string' && range.includes(':'),
      ),
  )
}

/** A member of that name stands in for it, but in the repository of Changesets itself. */
function forkOf({ packages }: Workspace): Path | undefined {
  const names = new Set(packages.map(({ name }) => name))
  if (!names.has(planner) || names.has('@changesets/cli')) return undefined
  return packages.find(({ name }) => name === planner)?.dir
}
