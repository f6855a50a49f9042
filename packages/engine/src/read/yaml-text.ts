/**
 * A YAML file of the workspace as plain data. Aliases are bounded by the library and the size here, so that a few lines
 * cannot grow into gigabytes.
 */
import { parseDocument } from 'yaml'
import type { Path, Problem } from '@topsail/core'
import type { Files } from '../ports.ts'
import { refusalOf } from './refusal.ts'

export type YamlReading =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: Problem }

const largestYaml = 1024 * 1024

/** Undefined when there is no such file. */
export function readYaml(files: Files, file: Path): YamlReading | undefined {
  const text = files.read(file)
  if (text === undefined) {
    const refusal = refusalOf(files, file)
    return refusal === undefined ? undefined : { ok: false, problem: refusal }
  }
  const invalid = (detail: string, line: number): YamlReading => {
    return { ok: false, problem: { code: 'WORKSPACE_FILE_INVALID', severity: 'error', place: { file, line }, detail } }
  }
  if (text.length > largestYaml) return invalid(`it is larger than ${largestYaml} bytes`, 1)
  const plain = readPlainLists(text)
  if (plain !== undefined) return { ok: true, value: plain }
  try {
    const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' })
    const error = document.errors[0]
    if (error !== undefined) return invalid(error.message, lineOf(text, error.pos[0]))
    return { ok: true, value: document.toJS({ maxAliasCount: 100 }) as unknown }
  } catch (error) {
    // Too many aliases, or nested beyond the stack.
    return invalid(error instanceof Error ? error.message : String(error), 1)
  }
}

/**
 * What `pnpm-workspace.yaml` nearly always is: keys without quotes, each with a list of short texts. The library needs
 * longer for its first document than a small workspace for all of its manifests. Undefined for whatever may mean more.
 */
function readPlainLists(text: string): Readonly<Record<string, readonly string[]>> | undefined {
  const lists = new Map<string, string[]>()
  let list: string[] | undefined
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue
    const key = plainKey.exec(line)?.[1]
    if (key !== undefined) {
      if (lists.has(key)) return undefined
      lists.set(key, (list = []))
      continue
    }
    const [, single, double, bare] = plainItem.exec(line) ?? []
    const item = single ?? double ?? bare
    if (item === undefined || list === undefined) return undefined
    list.push(item)
  }
  const isWhole = lists.size > 0 && [...lists.values()].every(({ length }) => length > 0)
  return isWhole ? Object.fromEntries(lists) : undefined
}

const plainKey = /^(?!null:)([a-z][A-Za-z]{0,39}):$/
/** Bare texts begin with a letter and hold nothing that YAML takes for a word or a number of its own. */
const plainItem = /^ {2}- (?:'([\w@.!*/-]{1,200})'|"([\w@.!*/-]{1,200})"|([A-Za-z][\w-]{0,99}\/[\w*/-]{1,100}))$/

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
