/**
 * The line that stands for a whole summary: its first, without the marks of tools that nobody would see on a page.
 */
export function firstWords(summary: string): string {
  const text = withoutComments(summary.trimStart())
  const end = text.indexOf('\n')
  if (end < 0) return text
  return text.slice(0, text[end - 1] === '\r' ? end - 1 : end)
}

/** Where there is nothing else they stand. */
function withoutComments(text: string): string {
  let at = 0
  while (text.startsWith('<!--', at)) {
    const end = text.indexOf('-->', at)
    if (end < 0) return text
    at = end + 3
    while (at < text.length && text.charAt(at).trim() === '') at += 1
  }
  return at < text.length ? text.slice(at) : text
}
