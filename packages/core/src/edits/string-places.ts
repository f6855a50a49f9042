/**
 * Where the strings at some paths stand in a JSON text, quotes included; of a key written twice, both. Two readers:
 * manifests are plain JSON and there are thousands of them, so what is not asked for is only stepped over; what holds
 * comments or trailing commas is read by a parser that knows them.
 */
import { parseTree, type Node, type ParseError } from 'jsonc-parser'

export type Place = { readonly from: number; readonly to: number }

/** The places of each path. Undefined when the text is no JSON object. */
export function stringPlaces(
  text: string,
  paths: readonly (readonly string[])[],
  lenient: boolean,
): readonly (readonly Place[])[] | undefined {
  if (isJson(text)) return placesInJson(text, paths)
  return lenient ? placesInCommentedJson(text, paths) : undefined
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What is asked for at and below one key. */
type Wanted = { readonly places: Place[][]; readonly below: Map<string, Wanted> }

function placesInJson(text: string, paths: readonly (readonly string[])[]): Place[][] | undefined {
  const root: Wanted = { places: [], below: new Map() }
  const places = paths.map((path) => {
    let wanted = root
    for (const key of path) wanted = below(wanted, key)
    const found: Place[] = []
    wanted.places.push(found)
    return found
  })
  const start = afterSpace(text, 0)
  if (text.charCodeAt(start) !== openBrace) return undefined
  readObject(text, start, root)
  return places
}

function below(wanted: Wanted, key: string): Wanted {
  const known = wanted.below.get(key)
  if (known !== undefined) return known
  const made: Wanted = { places: [], below: new Map() }
  wanted.below.set(key, made)
  return made
}

const [quote, comma, openBracket, backslash, closeBracket, openBrace, closeBrace] = [34, 44, 91, 92, 93, 123, 125]

/** From an opening brace on; gives the place behind the closing one. The text is known to be valid. */
function readObject(text: string, start: number, wanted: Wanted): number {
  let at = afterSpace(text, start + 1)
  while (text.charCodeAt(at) !== closeBrace) {
    if (text.charCodeAt(at) === comma) at = afterSpace(text, at + 1)
    const keyEnd = afterString(text, at)
    const child = wanted.below.get(keyAt(text, at, keyEnd))
    const value = afterSpace(text, afterSpace(text, keyEnd) + 1)
    const isObject = text.charCodeAt(value) === openBrace
    const end = isObject && child !== undefined ? readObject(text, value, child) : afterValue(text, value)
    if (text.charCodeAt(value) === quote)
      for (const places of child?.places ?? []) places.push({ from: value, to: end })
    at = afterSpace(text, end)
  }
  return at + 1
}

function keyAt(text: string, from: number, to: number): string {
  const key = text.slice(from + 1, to - 1)
  return key.includes('\\') ? String(JSON.parse(text.slice(from, to))) : key
}

function afterSpace(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) <= 32) at += 1
  return at
}

function afterString(text: string, from: number): number {
  let end = text.indexOf('"', from + 1)
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end + 1
}

function isEscaped(text: string, at: number): boolean {
  let count = 0
  while (text.charCodeAt(at - 1 - count) === backslash) count += 1
  return count % 2 === 1
}

function afterValue(text: string, from: number): number {
  let depth = 0
  let at = from
  do {
    const code = text.charCodeAt(at)
    if (code === quote) at = afterString(text, at)
    else if (code === openBrace || code === openBracket) {
      depth += 1
      at += 1
    } else if (code === closeBrace || code === closeBracket) {
      depth -= 1
      at += 1
    } else at = depth > 0 ? at + 1 : afterWord(text, at)
  } while (depth > 0)
  return at
}

/** A number, true, false or null. */
function afterWord(text: string, from: number): number {
  let at = from
  while (/[\w.+-]/.test(text.charAt(at))) at += 1
  return at
}

function placesInCommentedJson(text: string, paths: readonly (readonly string[])[]): Place[][] | undefined {
  const errors: ParseError[] = []
  const root = parseTree(text, errors, { allowTrailingComma: true })
  if (root?.type !== 'object' || errors.length > 0) return undefined
  const valuesOf = indexedValues()
  return paths.map((path) => {
    let nodes: readonly Node[] = [root]
    for (const key of path) nodes = nodes.flatMap((node) => valuesOf(node, key))
    const strings = nodes.filter((node) => node.type === 'string')
    return strings.map(({ offset, length }) => ({ from: offset, to: offset + length }))
  })
}

/** Looks keys up in an index of each object, made when it is first asked: linear however many paths there are. */
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
