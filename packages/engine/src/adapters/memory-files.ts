/**
 * `Files` in memory: a record of path to text. It answers as the disk does, so a reader tested here needs no folder.
 */
import type { Path } from '@topsail/core'
import { largestFile, staysInside, type Entry, type Files, type Look } from '../ports.ts'

export function memoryFiles(texts: Readonly<Record<Path, string>>): Files {
  const files = new Map(Object.entries(texts))
  const folders = foldersOf(files.keys())
  return {
    root: '/memory',
    read: (path) => (staysInside(path) ? files.get(normal(path)) : undefined),
    entries: (dir) => {
      const entries = folders.get(normal(dir))
      if (entries === undefined || !staysInside(dir)) return []
      return [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, kind]) => ({ name, kind }))
    },
    look: (path) => lookAt(normal(path), files, folders),
  }
}

type Folders = ReadonlyMap<Path, ReadonlyMap<string, 'file' | 'directory'>>

function foldersOf(paths: Iterable<Path>): Folders {
  const folders = new Map<Path, Map<string, Entry['kind'] & ('file' | 'directory')>>([['.', new Map()]])
  const folder = (dir: Path): Map<string, 'file' | 'directory'> => {
    const known = folders.get(dir) ?? new Map<string, 'file' | 'directory'>()
    folders.set(dir, known)
    return known
  }
  for (const path of paths) {
    let kind: 'file' | 'directory' = 'file'
    for (let rest = path; rest !== '.'; kind = 'directory') {
      const slash = rest.lastIndexOf('/')
      const parent = slash < 0 ? '.' : rest.slice(0, slash)
      folder(parent).set(rest.slice(slash + 1), kind)
      rest = parent
    }
  }
  return folders
}

function lookAt(path: Path, files: ReadonlyMap<Path, string>, folders: Folders): Look {
  if (!staysInside(path)) return { kind: 'outside' }
  const text = files.get(path)
  if (text === undefined) return { kind: folders.has(path) ? 'directory' : 'absent' }
  if (text.length > largestFile) return { kind: 'too-large', bytes: text.length, limit: largestFile }
  return { kind: 'file', bytes: text.length }
}

function normal(path: Path): Path {
  return path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '') || '.'
}
