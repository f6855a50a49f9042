/**
 * A webhook of GitLab. Each configured group has secrets of its own, and the secret that fits says whose delivery it
 * is: a project outside of that group is refused, whatever the payload claims. Where a group has a signing token, the
 * signature is wanted and the older plain token is not enough.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import type { Look, Reading } from './delivery.ts'
import { decodeBody, memberAt, numberAt, parsePayload, repositoryAt, textAt, type Payload } from './payload.ts'

export type GitLabHook = {
  /** The path of a group or of one project; what lies below belongs to it. */
  readonly group: string
  readonly secretToken: string | undefined
  /** As GitLab shows it, `whsec_…`. */
  readonly signingToken: string | undefined
}

export function readGitLabDelivery(hooks: readonly GitLabHook[], headers: Headers, body: Uint8Array): Reading {
  const text = decodeBody(body)
  if (text === undefined) return refused(400, 'not UTF-8')
  // All are tried, so that the time taken does not tell which one fitted.
  const fitting = hooks.filter((hook) => isFrom(hook, headers, text))
  if (fitting.length === 0) return refused(401, 'wrong or missing token')

  const id = headers.get('webhook-id') ?? headers.get('idempotency-key')
  if (id !== null && !/^[\w-]{1,100}$/.test(id)) return refused(400, 'no delivery id')
  const payload = parsePayload(text)
  if (payload === undefined) return refused(400, 'not a JSON object')
  // GitLab before 17.4 sends no id; its payloads tell their time, so that two of the same bytes are one.
  const digest = createHash('sha256').update(text).digest('hex')
  const marks = [`gitlab-body:${digest}`, ...(id === null ? [] : [`gitlab:${id}`])]
  return readEvent(headers.get('x-gitlab-event') ?? '', payload, fitting, marks)
}

function isFrom(hook: GitLabHook, headers: Headers, text: string): boolean {
  if (hook.signingToken !== undefined) return isSigned(hook.signingToken, headers, text)
  const given = headers.get('x-gitlab-token')
  if (hook.secretToken === undefined || given === null) return false
  return timingSafeEqual(digestOf(given), digestOf(hook.secretToken))
}

function isSigned(signingToken: string, headers: Headers, text: string): boolean {
  try {
    // Also refuses what was signed more than five minutes ago.
    new Webhook(signingToken).verify(text, Object.fromEntries(headers), { jsonParse: false })
    return true
  } catch {
    return false
  }
}

/** Of equal length whatever the length of the token. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

const telling = new Set(['open', 'reopen', 'update'])

function readEvent(event: string, payload: Payload, hooks: readonly GitLabHook[], marks: readonly string[]): Reading {
  const action = textAt(payload, 'object_attributes', 'action')
  if (event !== 'Merge Request Hook' || action === undefined || !telling.has(action)) {
    return { kind: 'ignored', why: `${event} ${action ?? ''}`.trim() }
  }
  const repositoryId = numberAt(payload, 'project', 'id')
  const repository = repositoryAt(payload, 'project', 'path_with_namespace')
  const number = numberAt(payload, 'object_attributes', 'iid')
  const target = memberAt(payload, 'object_attributes', 'target_project_id')
  if (repositoryId === undefined || repository === undefined) return refused(400, 'no project')
  if (number === undefined) return refused(400, 'no merge request')
  // The number counts in the project it would be merged into.
  if (target !== undefined && target !== repositoryId) return refused(400, 'a merge request of another project')
  const hook = hooks.find(({ group }) => isBelow(repository, group))
  if (hook === undefined) return refused(403, 'a project of another group')
  const look: Look = {
    forge: 'gitlab',
    installation: hook.group,
    repositoryId: String(repositoryId),
    repository,
    number,
  }
  return { kind: 'delivery', delivery: { marks, looks: [look] } }
}

export function isBelow(repository: string, group: string): boolean {
  const [path, above] = [repository.toLowerCase(), group.toLowerCase()]
  return path === above || path.startsWith(`${above}/`)
}

function refused(status: 400 | 401 | 403, why: string): Reading {
  return { kind: 'refused', status, why }
}
