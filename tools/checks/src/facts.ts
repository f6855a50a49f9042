/**
 * What the walls need to know of one source file: what it imports, and which members of globals it uses.
 */
import { parseAst } from 'rolldown/parseAst'

export type Site = { readonly what: string; readonly line: number }

export type SourceFacts = {
  /** Module specifiers of static and dynamic imports and of re-exports. */
  readonly imports: readonly Site[]
  /** `process.exit`, `Date.now`, `test.only`: the name of a variable and one of its members. */
  readonly members: readonly Site[]
  /** Names of what is constructed without an argument: `new Date()`. */
  readonly bareNews: readonly Site[]
}

type Node = { readonly type: string; readonly start: number; readonly [key: string]: unknown }

export function readFacts(path: string, text: string): SourceFacts {
  const lang = path.endsWith('.ts') ? 'ts' : 'js'
  const facts = { imports: [] as Site[], members: [] as Site[], bareNews: [] as Site[] }
  const lineOf = lineFinder(text)
  for (const node of nodesOf(parseAst(text, { lang }, path))) {
    const line = lineOf(node.start)
    const imported = importOf(node)
    if (imported !== undefined) facts.imports.push({ what: imported, line })
    const member = memberOf(node)
    if (member !== undefined) facts.members.push({ what: member, line })
    if (node.type === 'NewExpression' && isEmpty(node['arguments'])) {
      facts.bareNews.push({ what: String(identifier(node['callee'])), line })
    }
  }
  return facts
}

function* nodesOf(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const item of value) yield* nodesOf(item)
    return
  }
  if (!isRecord(value)) return
  if (isNode(value)) yield value
  for (const child of Object.values(value)) if (typeof child === 'object') yield* nodesOf(child)
}

const importing = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression'])

function importOf(node: Node): string | undefined {
  const source = node['source']
  if (!importing.has(node.type) || !isRecord(source)) return undefined
  return typeof source['value'] === 'string' ? source['value'] : undefined
}

function memberOf(node: Node): string | undefined {
  if (node.type !== 'MemberExpression') return undefined
  const object = identifier(node['object'])
  const property = node['computed'] === true ? undefined : identifier(node['property'])
  return object === undefined || property === undefined ? undefined : `${object}.${property}`
}

function identifier(value: unknown): string | undefined {
  return isRecord(value) && value['type'] === 'Identifier' ? String(value['name']) : undefined
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0
}

function isNode(value: Record<string, unknown>): value is Node {
  return typeof value['type'] === 'string' && typeof value['start'] === 'number'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

/** Positions count UTF-16 units, as strings do. */
function lineFinder(text: string): (position: number) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (position) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if ((starts[middle] ?? 0) <= position) low = middle
      else high = middle - 1
    }
    return low + 1
  }
}
