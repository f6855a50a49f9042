/**
 * How a release pull request and its commit carry the id of their plan, and which part of the body is ours. A commit
 * carries it as a trailer; the body as a hidden first line of our region, which a squash that takes the body for its
 * message carries on. Nothing else about a pull request is ever believed: no label, no title.
 */

const planIdForm = 'sha256-[0-9a-f]{64}'

export function planTrailer(plan: string): string {
  return `Topsail-Plan: ${plan}`
}

/** The first plan that the message of a commit names, on a line of its own. */
export function planOfMessage(message: string): string | undefined {
  return lineOf(message, new RegExp(`^Topsail-Plan: (${planIdForm})\\s*$`, 'm')) ?? planOfBody(message)
}

/** `none`: a pull request that we closed, since nothing was left to propose. */
export function planOfBody(body: string): string | undefined {
  const plan = markOf(body)?.plan
  return plan === 'none' ? undefined : plan
}

/** Our title as we last wrote it: whoever changed it since keeps what they wrote. */
export type BodyMark = { readonly plan: string; readonly title: string }

export function markOf(body: string): BodyMark | undefined {
  const found = new RegExp(`^<!-- topsail:release plan=(${planIdForm}|none) title=([^\\s>]*) -->\\s*$`, 'm').exec(body)
  const [, plan, title] = found ?? []
  if (plan === undefined || title === undefined) return undefined
  try {
    return { plan, title: decodeURIComponent(title) }
  } catch {
    return { plan, title: '' }
  }
}

const end = '<!-- topsail:release-end -->'

/** Our region, ready to be put into a body. */
export function regionOf({ plan, title }: BodyMark, markdown: string): string {
  // Two dashes would end the comment early on some forges.
  const written = encodeURIComponent(title.slice(0, 200)).replaceAll('-', '%2D')
  return `<!-- topsail:release plan=${plan} title=${written} -->\n${markdown.trim()}\n${end}`
}

/** What people wrote above and below our region stays; so does all of a body that has none, above it. */
export function withRegion(body: string, region: string): string {
  const start = body.search(/^<!-- topsail:release plan=/m)
  const close = body.lastIndexOf(end)
  if (start < 0) return body.trim() === '' ? region : `${body.trimEnd()}\n\n${region}`
  const after = close < start ? '' : body.slice(close + end.length)
  return `${body.slice(0, start)}${region}${after}`
}

/** How much of a body is not ours. */
export function outsideRegion(body: string): string {
  return withRegion(body, '')
}

function lineOf(text: string, pattern: RegExp): string | undefined {
  return pattern.exec(text.replaceAll('\r\n', '\n'))?.[1]
}
