/**
 * One comment under a pull request, whoever runs and however often: found by its mark and by having been written by
 * us (anybody can copy a mark), written over in place, and of several, which two runs at once may leave, the oldest
 * stays. It is looked for again after it was made, and after an answer that got lost.
 */
import type { CommentSubject, Forge, ForgeAnswer, ForgeComment } from './forge.ts'

export type KeptComment = { readonly url: string; readonly state: 'made' | 'changed' | 'same' }

/** `mark` begins the comment; it is an HTML comment that nobody sees. */
export async function keepOneComment(
  forge: Forge,
  subject: CommentSubject,
  mark: string,
  text: string,
): Promise<ForgeAnswer<KeptComment>> {
  const body = `${mark}\n${text}`
  const found = await ours(forge, subject, mark)
  if (!found.ok) return found
  const [oldest] = found.value
  if (oldest !== undefined) return settle(forge, subject, found.value, body)
  const made = await forge.createComment(subject, body)
  if (!made.ok && made.why !== 'unavailable') return made
  const again = await ours(forge, subject, mark)
  if (!again.ok) return made.ok ? { ok: true, value: { url: made.value.url, state: 'made' } } : made
  // A forge may show a comment later than it made it.
  if (again.value.length === 0) return made.ok ? { ok: true, value: { url: made.value.url, state: 'made' } } : made
  const settled = await settle(forge, subject, again.value, body)
  return settled.ok ? { ok: true, value: { ...settled.value, state: 'made' } } : settled
}

async function ours(
  forge: Forge,
  subject: CommentSubject,
  mark: string,
): Promise<ForgeAnswer<readonly ForgeComment[]>> {
  const [me, comments] = await Promise.all([forge.me(), forge.comments(subject)])
  if (!me.ok) return me
  if (!comments.ok) return comments
  const own = comments.value.filter(({ author, body }) => author.id === me.value.id && body.startsWith(mark))
  return { ok: true, value: own.toSorted(byAge) }
}

/** Moments come in whole seconds; of two in one, the lower number is the older. */
function byAge(a: ForgeComment, b: ForgeComment): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1
  return a.id.length - b.id.length || (a.id < b.id ? -1 : 1)
}

async function settle(
  forge: Forge,
  subject: CommentSubject,
  found: readonly ForgeComment[],
  body: string,
): Promise<ForgeAnswer<KeptComment>> {
  const [oldest, ...others] = found
  if (oldest === undefined) return { ok: false, why: 'not-found', doing: 'look for the comment', detail: '' }
  for (const other of others) {
    const gone = await forge.deleteComment(subject, other.id)
    if (!gone.ok) return gone
  }
  // Forges trim what they are given.
  if (oldest.body.replaceAll('\r\n', '\n').trim() === body.trim()) {
    return { ok: true, value: { url: oldest.url, state: 'same' } }
  }
  const changed = await forge.updateComment(subject, oldest.id, body)
  return changed.ok ? { ok: true, value: { url: changed.value.url, state: 'changed' } } : changed
}
