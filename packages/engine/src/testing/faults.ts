/**
 * What a registry can do wrong, and to which requests of a release.
 */
import type { IncomingHttpHeaders } from 'node:http'

export type Fault =
  /** Answers this instead of asking the registry. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  /** Cuts the connection before the registry sees anything. */
  | { readonly kind: 'reset' }
  /** Takes the request and never answers; the registry sees nothing. */
  | { readonly kind: 'hang' }
  /** The registry does it, and the answer never arrives. */
  | { readonly kind: 'lost-reply' }
  /** The registry does it, and the answer breaks off in the middle. */
  | { readonly kind: 'truncated' }
  /** As a registry far away: every request takes this much longer. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** The registry does it; what it then has is not shown for this long. */
  | { readonly kind: 'delayed-visibility'; readonly milliseconds: number }
  /** What a package was when it was first asked for is shown for this long, as by a cache. */
  | { readonly kind: 'stale'; readonly milliseconds: number }
  /** The registry shows other bytes than it was given. */
  | { readonly kind: 'wrong-integrity' }

/** What a request is for. `other`: the registry itself, not a package. */
export type RequestPurpose = 'upload' | 'packument' | 'tarball' | 'dist-tag' | 'other'

export type FaultRule = {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'any'
  /** Every purpose when left out. */
  readonly purpose?: RequestPurpose
  /** The package; every one when left out. */
  readonly name?: string
  /** Only once the package has been uploaded or tried to: what is asked to confirm it. */
  readonly after?: 'upload'
  /** How often; for ever when left out. */
  readonly times?: number
  readonly fault: Fault
}

export type ProxyRequest = {
  readonly method: string
  readonly purpose: RequestPurpose
  readonly name: string
  readonly headers: IncomingHttpHeaders
  readonly began: number
  /** Undefined until it is answered, or when its answer was swallowed. */
  readonly ended: number | undefined
  readonly status: number | undefined
}

type Asked = Pick<ProxyRequest, 'method' | 'purpose' | 'name'>

/** `before`: everything that was asked earlier. */
export function concerns(rule: FaultRule, { method, purpose, name }: Asked, before: readonly Asked[]): boolean {
  const isTooEarly = rule.after !== undefined && !before.some((one) => one.purpose === rule.after && one.name === name)
  if (isTooEarly || (rule.method !== 'any' && rule.method !== method)) return false
  return (rule.purpose ?? purpose) === purpose && (rule.name ?? name) === name
}

/** `@acme/db` of `/@acme%2fdb`, of `/@acme/db/-/db-1.0.0.tgz` and of `/-/package/@acme%2fdb/dist-tags/latest`. */
export function askedIn(method: string, address: string): Asked {
  const path = decodeURIComponent(address.split('?')[0] ?? '').replace(/^\/+/, '')
  const tagged = /^-\/package\/(.+)\/dist-tags(\/|$)/.exec(path)?.[1]
  if (tagged !== undefined) return { method, purpose: 'dist-tag', name: tagged }
  if (path === '' || path.startsWith('-/')) return { method, purpose: 'other', name: '' }
  const [first = '', second = ''] = path.split('/')
  const name = first.startsWith('@') ? `${first}/${second}` : first
  if (path.includes('/-/')) return { method, purpose: 'tarball', name }
  return { method, purpose: method === 'PUT' ? 'upload' : 'packument', name }
}
