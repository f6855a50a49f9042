/** JSON that depends on nothing but its content: what is hashed to identify something. */
import { compareText } from './record.ts'

/** The keys of every object sorted, absent ones left out, so that the order in which something was read does not matter. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    // A list of texts may be as long as the history.
    return value.every(isText) ? JSON.stringify(value) : `[${value.map(canonicalJson).join(',')}]`
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  entries.sort(([a], [b]) => compareText(a, b))
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(',')}}`
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}
