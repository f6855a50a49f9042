/**
 * The text of an `.npmrc`, read as npm reads it: `key = value` lines, `;` and `#` comments, JSON in quotes, `key[]` for
 * lists, and `${NAME}` taken from the environment in keys and values alike. A name that is not set stays as written,
 * `${NAME?}` becomes the empty text, and a backslash before the dollar keeps it.
 */
export type NpmrcValue = string | readonly string[]

export function parseNpmrc(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, NpmrcValue> {
  const values = new Map<string, NpmrcValue>()
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    const trimmed = line.trim()
    // A section would put its keys under its own name, where npm never looks.
    if (trimmed.startsWith('[')) break
    if (trimmed === '' || trimmed.startsWith(';') || trimmed.startsWith('#')) continue
    const at = trimmed.indexOf('=')
    const key = expandVariables(unquote(at < 0 ? trimmed : trimmed.slice(0, at)), env)
    const value = at < 0 ? 'true' : expandVariables(unquote(trimmed.slice(at + 1)), env)
    if (!key.endsWith('[]')) values.set(key, value)
    else values.set(key.slice(0, -2), [...asList(values.get(key.slice(0, -2))), value])
  }
  return values
}

export function expandVariables(text: string, env: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/(\\*)\$\{([^${}]+)\}/g, (whole, slashes: string, name: string) => {
    if (slashes.length % 2 === 1) return whole.slice((slashes.length + 1) / 2)
    const optional = name.endsWith('?')
    const value = env[optional ? name.slice(0, -1) : name]
    return slashes.slice(slashes.length / 2) + (value ?? (optional ? '' : `\${${name}}`))
  })
}

function asList(value: NpmrcValue | undefined): readonly string[] {
  if (value === undefined) return []
  return typeof value === 'string' ? [value] : value
}

/** Quoted texts are JSON; elsewhere an unescaped `;` or `#` begins a comment. */
function unquote(raw: string): string {
  const text = raw.trim()
  const quote = text[0]
  if (text.length > 1 && (quote === '"' || quote === "'") && text.endsWith(quote)) {
    const inner = quote === "'" ? text.slice(1, -1) : text
    try {
      return String(JSON.parse(inner))
    } catch {
      return inner
    }
  }
  const end = /(?<!\\)[;#]/.exec(text)
  return (end === null ? text : text.slice(0, end.index)).trim().replace(/\\([;#])/g, '$1')
}
