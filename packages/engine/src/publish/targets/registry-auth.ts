/**
 * Requests to a container registry with the credentials it asks for: nothing, Basic, or a token from the service named
 * in its refusal. A token is kept for its scope and asked for again when the registry no longer takes it.
 */
import { fieldOf, jsonIn } from '../packument.ts'
import type { RegistryCredentials } from './docker-credentials.ts'
import type { ImageName } from './image-reference.ts'

/** `from`: other repositories of the same registry that are read in this request. */
export type RegistryRequest = (address: string, init: RequestInit, from?: readonly string[]) => Promise<Response>

export type AuthOptions = {
  readonly image: ImageName
  credentials(): Promise<RegistryCredentials | undefined>
  readonly timeout?: number | undefined
}

type Challenge = { readonly scheme: 'basic' | 'bearer'; readonly parameters: ReadonlyMap<string, string> }

export function registryRequest({ image, credentials, timeout = 300_000 }: AuthOptions): RegistryRequest {
  const origin = new URL(image.address).origin
  const headers = new Map<string, string>()
  const fetchOnce = (address: string, init: RequestInit, authorization: string | undefined): Promise<Response> => {
    // A storage service that the registry leads to has its own, signed address and must not see ours.
    const isOurs = new URL(address).origin === origin
    const sent = new Headers(init.headers)
    if (authorization !== undefined && isOurs) sent.set('authorization', authorization)
    return fetch(address, { ...init, headers: sent, signal: AbortSignal.timeout(timeout) })
  }
  return async (address, init, from = []) => {
    const key = from.join(' ')
    const answer = await fetchOnce(address, init, headers.get(key))
    if (answer.status !== 401 || new URL(address).origin !== origin) return answer
    const challenge = challengeOf(answer.headers.get('www-authenticate') ?? '')
    const known = challenge === undefined ? undefined : await credentials()
    const header = challenge && (await authorizationFor(challenge, known, { image, from, timeout }))
    if (header === undefined) return answer
    await answer.body?.cancel()
    headers.set(key, header)
    return fetchOnce(address, init, header)
  }
}

function challengeOf(header: string): Challenge | undefined {
  const [, scheme = '', rest = ''] = /^\s*(\w+)\s*(.*)$/s.exec(header) ?? []
  const kind = scheme.toLowerCase()
  if (kind !== 'basic' && kind !== 'bearer') return undefined
  const pairs = [...rest.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value] as const)
  return { scheme: kind, parameters: new Map(pairs) }
}

type TokenContext = { readonly image: ImageName; readonly from: readonly string[]; readonly timeout: number }

async function authorizationFor(
  challenge: Challenge,
  known: RegistryCredentials | undefined,
  context: TokenContext,
): Promise<string | undefined> {
  if (challenge.scheme === 'basic') return known?.kind === 'password' ? basic(known) : undefined
  const realm = challenge.parameters.get('realm') ?? ''
  if (!URL.canParse(realm)) return undefined
  const service = new URL(realm)
  // Credentials never go to a token service over an open line, unless the registry itself is a local one.
  if (service.protocol !== 'https:' && !context.image.address.startsWith('http:')) return undefined
  const answer = await askForToken(service, challenge, known, context)
  if (!answer.ok) return undefined
  const body = jsonIn(await answer.text())
  const token = fieldOf(body, 'token') ?? fieldOf(body, 'access_token')
  return typeof token === 'string' ? `Bearer ${token}` : undefined
}

function askForToken(
  service: URL,
  challenge: Challenge,
  known: RegistryCredentials | undefined,
  { image, from, timeout }: TokenContext,
): Promise<Response> {
  const scopes = [`repository:${image.repository}:pull,push`, ...from.map((name) => `repository:${name}:pull`)]
  const signal = AbortSignal.timeout(timeout)
  const name = challenge.parameters.get('service')
  if (known?.kind === 'identity') {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'topsail',
      service: name ?? '',
      scope: scopes.join(' '),
      refresh_token: known.token,
    })
    return fetch(service, { method: 'POST', body, signal })
  }
  if (name !== undefined) service.searchParams.set('service', name)
  for (const scope of scopes) service.searchParams.append('scope', scope)
  const headers = known === undefined ? {} : { authorization: basic(known) }
  return fetch(service, { headers, signal })
}

function basic({ user, password }: Extract<RegistryCredentials, { kind: 'password' }>): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}
