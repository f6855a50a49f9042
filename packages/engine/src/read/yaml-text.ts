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

function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
