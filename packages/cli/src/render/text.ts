/**
 * Text from outside (repository, git, registries) on its way to a screen: secrets taken out, characters that steer a
 * terminal or reorder a line made visible, columns counted as a terminal counts them.
 */
import stringWidth from 'fast-string-width'

/** On one line. Control characters, line breaks and text-direction marks become `\n` or `\u{202e}`. */
export function printable(text: string): string {
  if (text === '→') return text
  const redacted = redact(text)
  return isPlain(redacted) ? redacted : redacted.replace(steering, (character) => shown(character))
}

/** The same over several lines: line feeds stay. */
export function printableLines(text: string): string {
  return redact(text.replaceAll('\r\n', '\n')).replace(steering, (character) =>
    character === '\n' ? character : shown(character),
  )
}

/**
 * JSON that says the same, with what steers a terminal escaped: JSON itself only asks that of C0, which it has escaped
 * already. Of ASCII alone DEL is left to look for: twenty megabytes of a plan are looked through in no time.
 */
export function printableJson(json: string): string {
  if (Buffer.byteLength(json) === json.length && !json.includes('\u007f')) return json
  return json.replace(steering, (character) => (character === '\n' ? character : escaped(character)))
}

/** Takes credentials out: userinfo in addresses, tokens of registries and forges, authorization values. */
export function redact(text: string): string {
  if (!mayBeSecret.test(text)) return text
  return secrets.reduce((kept, [pattern, replacement]) => kept.replace(pattern, replacement), text)
}

/** Nothing in it has to be taken out or made visible, and each of its characters takes one column. */
export function isHarmless(text: string): boolean {
  return isPlain(text) && !mayBeSecret.test(text)
}

/** Columns that a terminal gives this text, colours not counted. */
export function widthOf(text: string): number {
  if (isPlain(text)) return text.length
  const known = widths.get(text)
  if (known !== undefined) return known
  const width = stringWidth(text)
  if (widths.size < mostWidths) widths.set(text, width)
  return width
}

/** An arrow or an ellipsis stands in every row of a table. */
const widths = new Map([...'→·…'].map((character) => [character, 1]))
const mostWidths = 1000

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)))
}

/** Cut to so many columns, `…` at the end when something was cut. Expects printable text without colours. */
export function truncate(text: string, width: number): string {
  // No character takes more than two.
  if (text.length * 2 <= width || widthOf(text) <= width) return text
  if (isPlain(text)) return `${text.slice(0, Math.max(0, width - 1))}…`
  let kept = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)) {
    used += widthOf(segment)
    if (used > width - 1) break
    kept += segment
  }
  return `${kept}…`
}

/** Cut in the middle: names that begin alike are told apart by their ends. */
export function shortenName(name: string, width: number): string {
  if (!isPlain(name) || name.length <= width || width < 4) return truncate(name, width)
  const end = Math.floor((width - 1) / 2)
  return `${name.slice(0, width - 1 - end)}…${name.slice(-end)}`
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}

/** The first of a list that may have hundreds, and how many more there are; `--json` has all of them. */
export function fewOf(texts: readonly string[], most = 8): string {
  const shown = texts.length <= most + 1 ? texts : texts.slice(0, most)
  const more = texts.length - shown.length
  return `${shown.map(printable).join(', ')}${more === 0 ? '' : ` and ${more} more`}`
}

/** Nearly all text is: what other scripts need (expressions over Unicode, a segmenter) takes milliseconds to set up. */
function isPlain(text: string): boolean {
  return plain.test(text)
}

const plain = /^[ -~]*$/

/**
 * C0, C1 and DEL; line and paragraph separators; everything that changes direction (bidi marks, embeddings,
 * overrides, isolates); zero-width characters and the byte order mark; tags; lone surrogates.
 */
const steering =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu

function shown(character: string): string {
  if (character === '\n') return '\\n'
  if (character === '\r') return '\\r'
  if (character === '\t') return '\\t'
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    return `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`
  }).join('')
}

/** Only what can hardly be anything else: a changeset about "basic authentication" must stay readable. */
const secrets: readonly (readonly [RegExp, string])[] = [
  [/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]*@/gi, '$1***@'],
  [/\b(npm|gh[oprsu])_[A-Za-z0-9]{30,}/g, '$1_***'],
  [/\bgithub_pat_\w{30,}/g, 'github_pat_***'],
  [/\bglpat-[\w-]{20,}/g, 'glpat-***'],
  [/\b(_authToken|_auth|_password)(["']?\s*[=:]\s*["']?)[^\s"',;]+/gi, '$1$2***'],
  [/\b(authorization["']?\s*[=:]\s*["']?)(?:(basic|bearer|token)\s+)[^\s"',;]+/gi, '$1$2 ***'],
  [/\b(bearer|basic)\s+(?=[^\s]*[\d+/=])[A-Za-z0-9+/._~=-]{16,}/gi, '$1 ***'],
]

/** What one of them needs: nearly no text has any, and is not looked through again. */
const mayBeSecret = /:\/\/|npm_|gh[oprsu]_|github_pat_|glpat-|_auth|_password|authorization|bearer|basic/i

export function quote(text: string): string {
  return `"${printable(text)}"`
}
