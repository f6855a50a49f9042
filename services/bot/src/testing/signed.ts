/**
 * Webhooks as forges send them, signed for real.
 */
import { createHmac, randomUUID } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

export const githubSecret = 'a secret of the app'
export const gitlabSecret = 'a secret token of acme'
export const signingToken = `whsec_${Buffer.from('a signing token of globex').toString('base64')}`

export type Sent = { readonly headers: Record<string, string>; readonly body: string | Uint8Array<ArrayBuffer> }

export function githubDelivery(payload: unknown, more: Partial<GitHubHeaders> = {}): Sent {
  const body = typeof payload === 'string' || payload instanceof Uint8Array ? payload : JSON.stringify(payload)
  const { secret = githubSecret, event = 'pull_request', id = randomUUID() } = more
  const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': id,
    'x-hub-signature-256': signature,
  }
  return { headers, body: body as Sent['body'] }
}

type GitHubHeaders = { readonly secret: string; readonly event: string; readonly id: string }

export function pullRequestPayload(number = 7, more: object = {}): Record<string, unknown> {
  return {
    action: 'synchronize',
    number,
    pull_request: { number, head: { sha: randomUUID() } },
    repository: { id: 22, full_name: 'acme/shop' },
    installation: { id: 11 },
    ...more,
  }
}

export function gitlabDelivery(payload: unknown, more: Record<string, string> = {}): Sent {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  const headers = {
    'content-type': 'application/json',
    'x-gitlab-event': 'Merge Request Hook',
    'idempotency-key': randomUUID(),
    ...more,
  }
  return { headers, body }
}

export function signedGitlabDelivery(payload: unknown, at = new Date(), token = signingToken): Sent {
  const { headers, body } = gitlabDelivery(payload)
  const id = randomUUID()
  return {
    body,
    headers: {
      ...headers,
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(token).sign(id, at, String(body)),
    },
  }
}

export function mergeRequestPayload(project = 'acme/shop', more: object = {}): Record<string, unknown> {
  return {
    object_kind: 'merge_request',
    project: { id: 22, path_with_namespace: project },
    object_attributes: { iid: 7, action: 'update', target_project_id: 22, oldrev: randomUUID(), ...more },
  }
}
