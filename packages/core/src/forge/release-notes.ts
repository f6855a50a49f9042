/**
 * The text of a forge's release: the changelog entry as it stands, cut to what a forge takes. What is cut ends at a
 * line, leaves no code block open, and says where the rest is.
 */

/** GitHub refuses a release of more characters; GitLab takes a million. Counted in bytes, which is never less. */
export const releaseBodyLimit = 125_000

/** GitHub refuses a comment or the body of a pull request of more characters; GitLab takes a million. */
export const pullRequestBodyLimit = 65_536

export function releaseNotes(entry: string, rest: string, limit = releaseBodyLimit): string {
  const text = withoutSteering(entry).trim()
  if (utf8Length(text) < limit) return text
  const room = limit - utf8Length(rest) - 20
  const kept: string[] = []
  let used = 0
  for (const line of text.split('\n')) {
    used += utf8Length(line) + 1
    if (used > room) break
    kept.push(line)
  }
  const fence = openFence(kept)
  return [...kept, ...(fence === undefined ? [] : [fence]), '', rest].join('\n').trim()
}

/** Bytes in UTF-8. A lone surrogate counts as the three bytes it is replaced by. */
export function utf8Length(text: string): number {
  let length = 0
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return length
}

/** Markdown is the author's; what reorders or hides it is not. */
function withoutSteering(text: string): string {
  return text.replace(steering, '')
}

// oxlint-disable-next-line no-control-regex
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g

function openFence(lines: readonly string[]): string | undefined {
  let open: string | undefined
  for (const line of lines) {
    const fence = /^\s*(`{3,}|~{3,})/.exec(line)?.[1]
    if (fence === undefined) continue
    if (open === undefined) open = fence
    else if (fence.startsWith(open)) open = undefined
  }
  return open
}
