/**
 * For tests of writing: a folder as data, and a disk on which the world stops at a chosen call.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Disk, realDisk } from '../version/disk.ts'

/** Path to text, the git folder left out. */
export function readTree(root: string, dir = ''): Record<string, string> {
  const tree: Record<string, string> = {}
  for (const entry of readdirSync(join(root, dir), { withFileTypes: true })) {
    const path = dir === '' ? entry.name : `${dir}/${entry.name}`
    if (entry.name === '.git') continue
    if (entry.isDirectory()) Object.assign(tree, readTree(root, path))
    else if (entry.isFile()) tree[path] = readFileSync(join(root, path), 'utf8')
  }
  return tree
}

/** The calls that change something are counted; from the `last` one on, nothing works any more. */
export function countingDisk(last: number, stop: () => never = die): { disk: Disk; count: () => number } {
  let calls = 0
  const counted = <Args extends readonly unknown[], Answer>(act: (...args: Args) => Answer) => {
    return (...args: Args): Answer => {
      calls += 1
      return calls >= last ? stop() : act(...args)
    }
  }
  const disk: Disk = {
    read: (path) => (calls >= last ? stop() : realDisk.read(path)),
    modeOf: realDisk.modeOf,
    write: counted(realDisk.write),
    create: counted(realDisk.create),
    rename: counted(realDisk.rename),
    remove: counted(realDisk.remove),
    makeFolder: counted(realDisk.makeFolder),
    removeFolder: counted(realDisk.removeFolder),
  }
  return { disk, count: () => calls }
}

function die(): never {
  throw new Error('the world has stopped')
}
