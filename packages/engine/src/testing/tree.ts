/**
 * For tests of writing: a folder as data, and a disk on which the world stops at a chosen call.
 */
import { closeSync, openSync, readFileSync, readdirSync, writeFileSync, writeSync } from 'node:fs'
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

/**
 * The calls that change something are counted; from the `last` one on, nothing works any more. A file that is written
 * just then has got as many of its bytes as `halfway` says.
 */
export function countingDisk(last: number, stop: () => never = die, halfway = 0): { disk: Disk; count: () => number } {
  let calls = 0
  const counted = <Args extends readonly unknown[], Answer>(act: (...args: Args) => Answer) => {
    return (...args: Args): Answer => {
      calls += 1
      return calls >= last ? stop() : act(...args)
    }
  }
  const disk: Disk = {
    read: (path) => (calls >= last ? stop() : realDisk.read(path)),
    bytes: (path) => (calls >= last ? stop() : realDisk.bytes(path)),
    modeOf: realDisk.modeOf,
    write: (path, text, mode) => {
      calls += 1
      if (calls < last) return realDisk.write(path, text, mode)
      if (calls === last && halfway > 0) writeFileSync(path, Buffer.from(text).subarray(0, halfway))
      return stop()
    },
    overwrite: (path, text) => {
      calls += 1
      if (calls < last) return realDisk.overwrite(path, text)
      if (calls === last && halfway > 0) writeOver(path, Buffer.from(text).subarray(0, halfway))
      return stop()
    },
    create: counted(realDisk.create),
    rename: counted(realDisk.rename),
    remove: counted(realDisk.remove),
    makeFolder: counted(realDisk.makeFolder),
    removeFolder: counted(realDisk.removeFolder),
  }
  return { disk, count: () => calls }
}

function writeOver(path: string, bytes: Buffer): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes)
  closeSync(file)
}

function die(): never {
  throw new Error('the world has stopped')
}
