/**
 * docs/configuration.md, written from the schema that editors check topsail.json with: every key, what it may hold, and
 * what holds when it is left out. `pnpm --filter topsail docs:configuration` writes it; a test holds it current.
 */

/** As much of JSON schema as the schema of topsail.json uses. */
export type SchemaNode = {
  readonly description?: string
  readonly type?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly SchemaNode[]
  readonly items?: SchemaNode
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly additionalProperties?: SchemaNode | boolean
  readonly minimum?: number
  readonly maximum?: number
}

type Row = { readonly key: string; readonly node: SchemaNode }

export function configurationPage(schema: SchemaNode): string {
  const keys = Object.entries(schema.properties ?? {}).filter(([key]) => key !== '$schema')
  const sections = keys.map(([key, node]) => {
    const rows = rowsBelow(key, node)
    const text = `## ${key}\n\n${sentence(node)}\n`
    return rows.length === 0 ? `${text}\n${valueLine(node)}\n` : `${text}\n${table(rows)}\n`
  })
  return `${head}\n${sections.join('\n')}`
}

/** The keys of an object; of a list or of an object by package, the keys of its values. */
function rowsBelow(key: string, node: SchemaNode): readonly Row[] {
  const own = Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const at = `${key}.${name}`
    const below = rowsBelow(at, child)
    return below.length === 0 || sameTables(below) ? [{ key: at, node: child }] : [{ key: at, node: child }, ...below]
  })
  if (own.length > 0) return own
  if (node.items !== undefined) return rowsBelow(`${key}[]`, node.items)
  const values = node.additionalProperties
  return typeof values === 'object' ? rowsBelow(`${key}.*`, values) : []
}

/** The tables of the cascade are the same for every kind of dependency, and are told in words. */
function sameTables(rows: readonly Row[]): boolean {
  return rows.length > 1 && rows.every(({ node }) => node.description === undefined)
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ key, node }) => `| \`${key}\` | ${valueOf(node)} | ${defaultOf(node)} | ${cell(sentence(node))} |`,
  )
  return ['| key | value | when left out | |', '| --- | --- | --- | --- |', ...lines].join('\n')
}

function valueLine(node: SchemaNode): string {
  const left = defaultOf(node)
  return `Value: ${valueOf(node)}${left === '' ? '' : `. When left out: ${left}`}.`
}

function sentence({ description = '', properties }: SchemaNode): string {
  if (description !== '') return description
  const keys = Object.keys(properties ?? {})
  return keys.length === 0 ? '' : `An object of ${keys.map((key) => `\`${key}\``).join(', ')}.`
}

function valueOf(node: SchemaNode): string {
  if (node.enum !== undefined) return node.enum.map((value) => `\`${cell(JSON.stringify(value))}\``).join(', ')
  if (node.anyOf !== undefined) return [...new Set(node.anyOf.map(valueOf))].join(' or ')
  if (node.type === 'array') return node.items === undefined ? 'a list' : `a list of ${valueOf(node.items)}`
  if (node.type === 'integer') return `a whole number, ${node.minimum ?? ''} to ${node.maximum ?? ''}`
  if (node.type === 'object') return objectOf(node)
  return node.type === 'boolean' ? '`true`, `false`' : node.type === 'string' ? 'text' : (node.type ?? 'anything')
}

function objectOf({ additionalProperties: values, properties }: SchemaNode): string {
  if (properties !== undefined || typeof values !== 'object') return 'an object'
  return `an object whose values are ${valueOf(values)}`
}

function defaultOf(node: SchemaNode): string {
  return node.default === undefined ? '' : `\`${cell(JSON.stringify(node.default))}\``
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}

const head = `# Configuration

\`topsail.json\`, at the root of the workspace, beside \`.changeset/config.json\`, which is honoured as it is. No key is required:
without the file a repository with a \`.changeset\` folder plans as Changesets does, one without plans from commits.
Name the schema in it and an editor completes and checks the keys:

\`\`\`json
{ "$schema": "https://unpkg.com/topsail/schema/topsail.schema.json" }
\`\`\`

A key that is not known, or a value that cannot be, is reported with file and line. Secrets have no place here: they come
from the environment or from \`.npmrc\`. A key that \`.changeset/config.json\` has too is read from there where it is not set here.

What \`sources\`, \`rules\`, \`cascade\`, \`commits\` and \`zeroMajor\` come to is told, with tables, in [rules](rules.md).

<!-- Written from packages/cli/schema/topsail.schema.json by \`pnpm --filter topsail docs:configuration\`. -->
`
