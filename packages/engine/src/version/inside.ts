/**
 * Whether a path may be written: it stays below the root whatever links lie on its way. A link as the file itself is
 * for the caller to see.
 */
import { realpathSync } from 'node:fs'
import { relative, sep } from 'node:path'
import type { Path } from '@topsail/core'
import { staysInside } from '../ports.ts'

/** Each folder is asked about once. A folder that is not there yet is where its parent is. */
export function insideChecker(root: string): (path: Path) => boolean {
  const known = new Map<string, boolean>()
  const realRoot = realpathSync(root)
  const folderInside = (folder: string): boolean => {
    const remembered = known.get(folder)
    if (remembered !== undefined) return remembered
    const inside = isRealFolderInside(realRoot, folder) ?? (folder !== '.' && folderInside(parentOf(folder)))
    known.set(folder, inside)
    return inside
  }
  return (path) => staysInside(path) && folderInside(parentOf(path))
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
