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
export function plannerReplacedIn(files: Files, workspace: Workspace, onlyOutOfRange: boolean): Path | undefined {
  const touches = (path: Path): boolean => touchesPeers(files.read(path), onlyOutOfRange)
  const yaml = readYaml(files, 'pnpm-workspace.yaml')
  const places: readonly (readonly [Path, unknown])[] = [
    ['package.json', own(workspace.root.manifest, 'pnpm')],
    ['package.json', workspace.root.manifest],
    ['pnpm-workspace.yaml', yaml?.ok === true ? yaml.value : undefined],
  ]
  for (const [file, value] of places) {
    if (patchesPeers(own(value, 'patchedDependencies'), touches) || isOverridden(value, touches)) return file
  }
  const folder = patchFolder(workspace)
  const patch = files.entries(folder).find(({ name }) => /changesets[+_-]+assemble-release-plan/.test(name))
  if (patch !== undefined && touches(`${folder}/${patch.name}`)) return `${folder}/${patch.name}`
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

type Touches = (path: Path) => boolean

function patchesPeers(patched: unknown, touches: Touches): boolean {
  if (!isRecord(patched)) return false
  return Object.entries(patched).some(
    ([key, path]) => key.startsWith(planner) && typeof path === 'string' && touches(path),
  )
}

/** Some only change what onlyUpdatePeerDependentsWhenOutOfRange does: without it the planner is the published one. */
function touchesPeers(text: string | undefined, onlyOutOfRange: boolean): boolean {
  if (text === undefined) return true
  if (!/peerDependencies|shouldBumpMajor/.test(text)) return false
  const added = text.split('\n').filter((line) => line.startsWith('+'))
  const isOfOption = added.some((line) => line.includes('!onlyUpdatePeerDependentsWhenOutOfRange'))
  return onlyOutOfRange || !isOfOption || added.some((line) => line.includes('return false'))
}

/** By anything but a plain range of versions: a patch, a fork, a folder. */
function isOverridden(value: unknown, touches: Touches): boolean {
  const pinned = [own(value, 'overrides'), own(value, 'resolutions')]
  return pinned.some(
    (entries) =>
      isRecord(entries) &&
      Object.entries(entries).some(
        ([key, range]) => key.includes(planner) && typeof range === 'string' && replaces(range, touches),
      ),
  )
}

/** Yarn names its patches in the range: `patch:NAME@npm%3A6.0.4#~/.yarn/patches/NAME.patch`. */
function replaces(range: string, touches: Touches): boolean {
  const patch = /^patch:[^#]*#(?:~\/|\.\/)?([^:]+)/.exec(range)?.[1]
  return patch === undefined ? range.includes(':') : touches(patch)
}

/** A member of that name stands in for it, but in the repository of Changesets itself. */
function forkOf({ packages }: Workspace): Path | undefined {
  const names = new Set(packages.map(({ name }) => name))
  if (!names.has(planner) || names.has('@changesets/cli')) return undefined
  return packages.find(({ name }) => name === planner)?.dir
}
