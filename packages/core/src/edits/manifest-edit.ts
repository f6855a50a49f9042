/**
 * Edits the text of a manifest in place: only the characters of the values that change are replaced, so indentation,
 * key order, line ends, a byte order mark and the final newline stay as their author left them.
 */
import { parseTree, type Node, type ParseError } from 'jsonc-parser'
import type { PackageName, Range, Version } from '../names.ts'
import type { DependencyField } from '../workspace.ts'

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
  const errors: ParseError[] = []
  const options = { disallowComments: !lenient, allowTrailingComma: lenient }
  const root = parseTree(text.slice(start), errors, options)
  if (root?.type !== 'object' || errors.length > 0) return undefined

  const replacements: Replacement[] = []
  const valuesOf = indexedValues()
  for (const { path, value } of edits) {
    let nodes: readonly Node[] = [root]
    for (const key of path) nodes = nodes.flatMap((node) => valuesOf(node, key))
    const strings = nodes.filter((node) => node.type === 'string')
    if (strings.length === 0 && !lenient) return undefined
    for (const { offset, length } of strings) {
      replacements.push({ from: start + offset, to: start + offset + length, text: JSON.stringify(value) })
    }
  }
  return replaceAll(text, replacements)
}

const byteOrderMark = '\uFEFF'

type Replacement = { readonly from: number; readonly to: number; readonly text: string }

/** Looks keys up in an index of each object, made when it is first asked: linear however many edits there are. */
function indexedValues(): (node: Node, key: string) => readonly Node[] {
  const indexes = new Map<Node, Map<string, Node[]>>()
  return (node, key) => {
    const index = indexes.get(node) ?? indexOf(node)
    indexes.set(node, index)
    return index.get(key) ?? []
  }
}

function indexOf(object: Node): Map<string, Node[]> {
  const index = new Map<string, Node[]>()
  for (const property of object.type === 'object' ? (object.children ?? []) : []) {
    const [name, value] = property.children ?? []
    if (name === undefined || value === undefined) continue
    const key = String(name.value)
    const values = index.get(key)
    if (values === undefined) index.set(key, [value])
    else values.push(value)
  }
  return index
}

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
