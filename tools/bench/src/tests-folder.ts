/**
 * Where the temporary folders of the tests lie: in memory, where the machine has room there and lets programs start
 * from it, else where it keeps them anyway. Tests make and remove tens of thousands of small files, and on some disks
 * each new file is looked for among those that were just removed.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const memory = '/dev/shm'

/** Several times what all tests together leave lying at one moment, which is less than 200 MB. */
const roomNeeded = 1024 ** 3

/** The folder of this run, to be removed with `remove`; undefined where the machine's own serves. */
export function folderInMemory(): { readonly path: string; remove(): void } | undefined {
  if (process.platform !== 'linux' || freeIn(memory) < roomNeeded) return undefined
  const path = mkdtempSync(join(memory, 'topsail-'))
  // As other temporary folders: a database runs as a user of its own.
  chmodSync(path, 0o755)
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 3 })
  // Memory is not given back by a restart of the tests: what is interrupted removes it too.
  process.once('exit', remove)
  if (startsPrograms(path)) return { path, remove }
  remove()
  return undefined
}

function freeIn(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return 0
  }
}

function startsPrograms(folder: string): boolean {
  const program = join(folder, 'program')
  try {
    writeFileSync(program, '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    execFileSync(program, { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    rmSync(program, { force: true })
  }
}
