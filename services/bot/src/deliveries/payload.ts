/**
 * Reading a webhook's JSON: strictly decoded, and every member taken by its own name, so that a payload holding
 * `__proto__` or a number where a text belongs is a wrong payload and nothing more.
 */
export function parsePayload(text: string): Payload | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export type Payload = Readonly<Record<string, unknown>>

/** The bytes as UTF-8, undefined when they are none. */
export function decodeBody(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

export function memberAt(payload: unknown, ...path: readonly string[]): unknown {
  let value = payload
  for (const key of path) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return value
}

/** What forges number: whole and above zero. */
export function numberAt(payload: unknown, ...path: readonly string[]): number | undefined {
  const value = memberAt(payload, ...path)
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? value : undefined
}

export function textAt(payload: unknown, ...path: readonly string[]): string | undefined {
  const value = memberAt(payload, ...path)
  return typeof value === 'string' ? value : undefined
}

/** `owner/name` or `group/subgroup/name`, of the characters that forges allow, and never a step upwards. */
export function repositoryAt(payload: unknown, ...path: readonly string[]): string | undefined {
  const value = textAt(payload, ...path)
  const isPath = value !== undefined && value.length <= 512 && /^[\w.-]+(\/[\w.-]+)+$/.test(value)
  return isPath && !value.split('/').some((part) => /^\.+$/.test(part)) ? value : undefined
}

function isObject(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
