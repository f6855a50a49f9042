/**
 * Edits the text of a manifest in place: only the characters of the values that change are replaced, so indentation,
 * key order, line ends, a byte order mark and the final newline stay as their author left them.
 */
import type { PackageName, Range, Version } from '../names.ts'
import type { DependencyField } from '../workspace.ts'
import { stringPlaces } from './string-places.ts'

export type ManifestEdit = {
  /** Undefined keeps the version. */
  readonly version: Version | undefined
  readonly ranges: readonly { readonly field: DependencyField; readonly dependency: PackageName; readonly to: Range }[]
}

/** Undefined when the text is not a JSON object, or lacks a value that is to be replaced. */
export function editManifest(text: string, edit: ManifestEdit): string | undefined {
  const values: JsonEdit[] = edit.ranges.map(({ field, dependency, to }) => ({ path: [field, dependency], value: to }))
  if (edit.version !== undefined) values.push({ path: ['version'], value: edit.version })
  return editJsonStrings(text, values)
}

export type JsonEdit = { readonly path: readonly string[]; readonly value: string }

/**
 * Replaces strings that are there already, each with another string; in a duplicated key, every occurrence. `lenient`:
 * comments and trailing commas are allowed, and what is not there is passed over.
 */
export function editJsonStrings(text: string, edits: readonly JsonEdit[], lenient = false): string | undefined {
  const start = text.startsWith(byteOrderMark) ? 1 : 0
  const paths = edits.map(({ path }) => path)
  const places = stringPlaces(start === 0 ? text : text.slice(start), paths, lenient)
  if (places === undefined || (!lenient && places.some(({ length }) => length === 0))) return undefined

  const replacements = edits.flatMap(({ value }, index) =>
    (places[index] ?? []).map(({ from, to }) => ({ from: start + from, to: start + to, text: JSON.stringify(value) })),
  )
  return replaceAll(text, replacements)
}

const byteOrderMark = '\uFEFF'

type Replacement = { readonly from: number; readonly to: number; readonly text: string }

/** One pass over the text. The same place twice counts once: the last edit of it. */
function replaceAll(text: string, replacements: readonly Replacement[]): string {
  const byOffset = new Map(replacements.map((replacement) => [replacement.from, replacement]))
  let result = ''
  let end = 0
  for (const { from, to, text: value } of [...byOffset.values()].sort((a, b) => a.from - b.from)) {
    result += text.slice(end, from) + value
    end = to
  }
  return result + text.slice(end)
}
