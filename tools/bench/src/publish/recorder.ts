/**
 * Notes every request that an HTTP server of this process answers: what kind, about which package, from when to when.
 * It listens to Node's own diagnostics, so that nothing stands between the client and the server.
 */
import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export type RequestKind = 'read' | 'upload' | 'serve' | 'dist-tag' | 'other'

/** Moments are milliseconds since 1970, so that those of several processes can be compared. */
export type ServedRequest = {
  readonly kind: RequestKind
  readonly name: string
  readonly began: number
  /** Undefined when the client went away before the answer. */
  ended: number | undefined
  status: number | undefined
}

/** From now on, and for the server that listens on the port of `url`. */
export function recordRequests(url: string): () => readonly ServedRequest[] {
  const port = Number(new URL(url).port)
  const open = new Map<IncomingMessage, ServedRequest>()
  let requests: ServedRequest[] = []
  subscribe('http.server.request.start', (message) => {
    const { request, server } = message as { readonly request: IncomingMessage; readonly server: Server }
    if ((server.address() as AddressInfo | null)?.port !== port) return
    const entry = { ...classify(request), began: now(), ended: undefined, status: undefined }
    open.set(request, entry)
    requests.push(entry)
  })
  subscribe('http.server.response.finish', (message) => {
    const { request, response } = message as {
      readonly request: IncomingMessage
      readonly response: { readonly statusCode: number }
    }
    const entry = open.get(request)
    if (entry === undefined) return
    entry.ended = now()
    entry.status = response.statusCode
    open.delete(request)
  })
  return () => {
    const seen = requests
    requests = []
    return seen
  }
}

function now(): number {
  return performance.timeOrigin + performance.now()
}

function classify({ method, url = '/' }: IncomingMessage): { readonly kind: RequestKind; readonly name: string } {
  const path = decodeURIComponent(url.split('?', 1)[0] ?? '').slice(1)
  const tagged = /^-\/package\/(.+)\/dist-tags/.exec(path)?.[1]
  if (tagged !== undefined) return { kind: 'dist-tag', name: tagged }
  const [, name = '', rest = ''] = /^((?:@[^/]+\/)?[^/]+)(\/.*)?$/.exec(path) ?? []
  if (name === '-' || name === '') return { kind: 'other', name: '' }
  if (rest.startsWith('/-/')) return { kind: 'serve', name }
  if (method === 'PUT') return { kind: 'upload', name }
  return { kind: 'read', name }
}
