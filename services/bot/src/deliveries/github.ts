/**
 * A webhook of a GitHub App. The signature over the exact bytes is checked before anything is parsed; which
 * installation and repository it is about is believed only then, and once more by the token that the look asks for.
 */
import { createHash } from 'node:crypto'
import { verify } from '@octokit/webhooks-methods'
import type { Look, Reading } from './delivery.ts'
import { decodeBody, memberAt, numberAt, parsePayload, repositoryAt, textAt, type Payload } from './payload.ts'

export type GitHubHook = {
  /** The webhook's secret, and the one before it while it is being changed. */
  readonly secrets: readonly string[]
}

export async function readGitHubDelivery(hook: GitHubHook, headers: Headers, body: Uint8Array): Promise<Reading> {
  const signature = headers.get('x-hub-signature-256')
  if (signature === null) return refused(401, 'no signature')
  const text = decodeBody(body)
  if (text === undefined || text === '') return refused(400, 'not a JSON object')
  if (!(await isSigned(hook, text, signature))) return refused(401, 'wrong signature')

  const id = headers.get('x-github-delivery')
  const event = headers.get('x-github-event')
  if (id === null || !/^[\w-]{1,100}$/.test(id)) return refused(400, 'no delivery id')
  if (event === null) return refused(400, 'no event')
  const payload = parsePayload(text)
  if (payload === undefined) return refused(400, 'not a JSON object')
  return readEvent(event, payload, `github:${id}`, text)
}

async function isSigned(hook: GitHubHook, text: string, signature: string): Promise<boolean> {
  if (!/^sha256=[0-9a-f]{64}$/.test(signature)) return false
  for (const secret of hook.secrets) if (await verify(secret, text, signature)) return true
  return false
}

/** What may change the answer: its commits, its base, its coming back. */
const telling = new Set(['opened', 'reopened', 'synchronize', 'edited', 'ready_for_review', 'converted_to_draft'])

function readEvent(event: string, payload: Payload, mark: string, text: string): Reading {
  const action = textAt(payload, 'action')
  const isPullRequest = event === 'pull_request' && action !== undefined && telling.has(action)
  const isAskedAgain = (event === 'check_run' || event === 'check_suite') && action === 'rerequested'
  if (!isPullRequest && !isAskedAgain) return { kind: 'ignored', why: `${event} ${action ?? ''}`.trim() }

  const installation = numberAt(payload, 'installation', 'id')
  const repositoryId = numberAt(payload, 'repository', 'id')
  const repository = repositoryAt(payload, 'repository', 'full_name')
  const numbers = isPullRequest ? [numberAt(payload, 'pull_request', 'number')] : numbersOf(memberAt(payload, event))
  if (installation === undefined) return refused(400, 'no installation')
  if (repositoryId === undefined || repository === undefined) return refused(400, 'no repository')
  const looks: Look[] = []
  for (const number of numbers) {
    if (number === undefined) return refused(400, 'no pull request')
    looks.push({
      forge: 'github',
      installation: String(installation),
      repositoryId: String(repositoryId),
      repository,
      number,
    })
  }
  // GitHub signs the body, not the id: the same body under another id is the same delivery sent again by somebody
  // else. What a person asks for again may well come in the same words, and counts.
  const marks = isPullRequest ? [mark, `github-body:${createHash('sha256').update(text).digest('hex')}`] : [mark]
  return { kind: 'delivery', delivery: { marks, looks } }
}

/** At most as many as GitHub lists. */
function numbersOf(check: unknown): readonly (number | undefined)[] {
  const listed = memberAt(check, 'pull_requests')
  return Array.isArray(listed) ? listed.slice(0, 10).map((entry) => numberAt(entry, 'number')) : []
}

function refused(status: 400 | 401, why: string): Reading {
  return { kind: 'refused', status, why }
}
