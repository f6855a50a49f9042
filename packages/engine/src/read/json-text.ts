/**
 * JSON as people write it, with places: a fast parse for the text that is right, and the line of the first mistake,
 * or of any key, for the text that is not. A byte order mark and CRLF are no mistakes; comments and trailing commas are
 * allowed only where the reader says so.
 */
import { parseTree, findNodeAtLocation, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser'

export type JsonText =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly line: number; readonly detail: string }

export function parseJson(text: string): JsonText {
  const bare = withoutMark(text)
  try {
    return { ok: true, value: JSON.parse(bare) }
  } catch (error) {
    return mistakeIn(bare, {}, error)
  }
}

/** JSON with comments and trailing commas, as configuration files of editors and tools have it. */
export function parseJsonc(text: string): JsonText {
  const bare = withoutMark(text)
  try {
    return { ok: true, value: JSON.parse(bare) }
  } catch (error) {
    if (isTooDeep(bare)) return { ok: false, line: 1, detail: 'it is nested too deeply' }
    const errors: ParseError[] = []
    const tree = parseTree(bare, errors, lenient)
    if (errors.length > 0 || tree === undefined) return mistakeIn(bare, lenient, error)
    return { ok: true, value: valueOf(tree) }
  }
}

/** The line, from 1, of the value at a path of keys; of the closest enclosing value when it is not there. */
export function lineAt(text: string, keys: readonly (string | number)[]): number {
  const bare = withoutMark(text)
  const tree = isTooDeep(bare) ? undefined : parseTree(bare, [], lenient)
  if (tree === undefined) return 1
  for (let length = keys.length; length > 0; length -= 1) {
    const node = findNodeAtLocation(tree, keys.slice(0, length))
    if (node !== undefined) return lineOf(bare, (node.parent?.type === 'property' ? node.parent : node).offset)
  }
  return lineOf(bare, tree.offset)
}

const lenient = { allowTrailingComma: true, disallowComments: false }

/** Deeper than any manifest or configuration; recursion is safe up to here. */
const deepest = 500

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function mistakeIn(text: string, options: object, error: unknown): JsonText {
  if (text.trim() === '') return { ok: false, line: 1, detail: 'it is empty' }
  if (isTooDeep(text)) return { ok: false, line: 1, detail: 'it is nested too deeply' }
  const errors: ParseError[] = []
  parseTree(text, errors, { disallowComments: true, ...options })
  const first = errors[0]
  if (first === undefined) return { ok: false, line: 1, detail: error instanceof Error ? error.message : String(error) }
  return { ok: false, line: lineOf(text, first.offset), detail: wordsOf(printParseErrorCode(first.error)) }
}

/** `CommaExpected` as `comma expected`. */
function wordsOf(code: string): string {
  return code.replace(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase()
}

function lineOf(text: string, offset: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}

function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const letter = text.charCodeAt(at)
    if (inString) {
      if (letter === 0x5c) at += 1
      else if (letter === 0x22) inString = false
    } else if (letter === 0x22) inString = true
    else if (letter === 0x5b || letter === 0x7b) depth += 1
    else if (letter === 0x5d || letter === 0x7d) depth -= 1
    if (depth > deepest) return true
  }
  return false
}

/** As JSON.parse would build it: `__proto__` becomes an own property. */
function valueOf(node: Node): unknown {
  if (node.type === 'array') return (node.children ?? []).map(valueOf)
  if (node.type !== 'object') return node.value as unknown
  const pairs = (node.children ?? []).map((property) => {
    const [key, value] = property.children ?? []
    return [String(key?.value), value === undefined ? undefined : valueOf(value)] as const
  })
  return Object.fromEntries(pairs)
}
