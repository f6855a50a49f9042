/**
 * A changeset made of a file that another tool left: its name is derived from that file's, so that a second run finds it
 * there, and two files whose names differ only in what a name here leaves out do not become one.
 */
import { posix } from 'node:path'
import type { Bump, PackageName, Path } from '@topsail/core'

/** `taken` gets the path that is given. */
export function convertedPath(prefix: string, file: string, taken: Set<Path>): Path {
  const stem = posix
    .parse(file)
    .name.toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  const name = `.changeset/${[prefix, stem.slice(0, 80)].filter(Boolean).join('-')}`
  let path: Path = `${name}.md`
  for (let count = 2; taken.has(path); count += 1) path = `${name}-${count}.md`
  taken.add(path)
  return path
}

/** A JSON string is a YAML string, whatever the name holds. */
export function convertedText(bumps: ReadonlyMap<PackageName, Bump>, message: string): string {
  const lines = [...bumps].map(([name, bump]) => `${JSON.stringify(name)}: ${bump}`)
  return `---\n${lines.join('\n')}\n---\n\n${message}\n`
}
