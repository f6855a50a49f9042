/**
 * A message as lines. Generators and slices only: a message of many megabytes is walked once and never copied whole.
 */
export type Cut = { readonly subject: string; readonly body: string }

/** The first line that is not blank, and all after it. */
export function cutSubject(text: string): Cut {
  let at = 0
  while (at < text.length && isSpace(text.charCodeAt(at))) at += 1
  const end = text.indexOf('\n', at)
  if (end < 0) return { subject: text.slice(at).trimEnd(), body: '' }
  return { subject: text.slice(at, end).trimEnd(), body: text.slice(end + 1) }
}

/** Without their line ends, `\n` or `\r\n`. */
export function* linesOf(text: string): Generator<string> {
  let at = 0
  for (;;) {
    const end = text.indexOf('\n', at)
    if (end < 0) return yield text.slice(at)
    const carriage = end > at && text.charCodeAt(end - 1) === 13
    yield text.slice(at, carriage ? end - 1 : end)
    at = end + 1
  }
}

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}
