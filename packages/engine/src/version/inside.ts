/**
 * Whether a path may be written: it stays below the root whatever links lie on its way. A link as the file itself is
 * for the caller to see.
 */
import { lstatSync, realpathSync } from 'node:fs'
import { relative, sep } from 'node:path'
import type { Path } from '@topsail/core'
import { staysInside } from '../ports.ts'

type Way =
  /** No link lies on it, as far as it is there. */
  'plain' | 'linked-inside' | 'outside'

/** Each folder is asked about once. A folder that is not there yet is where its parent is. */
export function insideChecker(root: string): (path: Path) => boolean {
  const realRoot = realpathSync(root)
  const known = new Map<string, Way>([['.', 'plain']])
  const wayTo = (folder: string): Way => {
    const remembered = known.get(folder)
    if (remembered !== undefined) return remembered
    const above = wayTo(parentOf(folder))
    const isPlain = above === 'plain' && isFolderOrNothing(`${realRoot}/${folder}`)
    const way = isPlain ? 'plain' : (linkedWay(realRoot, folder) ?? above)
    known.set(folder, way)
    return way
  }
  return (path) => staysInside(path) && wayTo(parentOf(path)) !== 'outside'
}

function isFolderOrNothing(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? true
}

function linkedWay(realRoot: string, folder: string): Way | undefined {
  const isInside = isRealFolderInside(realRoot, folder)
  if (isInside === undefined) return undefined
  return isInside ? 'linked-inside' : 'outside'
}

function isRealFolderInside(realRoot: string, folder: string): boolean | undefined {
  try {
    const path = `${realRoot}/${folder}`
    const real = realpathSync.native(path)
    return real === path || staysInside(relative(realRoot, real).split(sep).join('/'))
  } catch {
    return undefined
  }
}

export function isThere(root: string, folder: Path): boolean {
  return isRealFolderInside(root, folder) !== undefined
}

export function parentOf(path: Path): Path {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '.' : path.slice(0, slash)
}
