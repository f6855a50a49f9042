/**
 * A module proxy, as Go reads it: the first entry of GOPROXY, over https, http or in a folder. It is only ever read; it
 * fetches a version from the repository when it is first asked for it, so that it is not asked before the tag is there.
 */
import { readFile } from 'node:fs/promises'
import type { Environment } from '../npmrc.ts'
import { waitAskedFor } from '../registry-failure.ts'
import { escapeModule } from './go-module.ts'
import type { Lookup } from './target.ts'

type Unreachable = Extract<Lookup, { kind: 'unreachable' }>

export type ProxyAnswer = { readonly kind: 'served'; readonly text: string } | { readonly kind: 'absent' } | Unreachable

export type GoProxy = {
  /** The versions it lists, as tags: `v1.2.3`. */
  list(module: string): Promise<ProxyAnswer>
  /** What it says about a version: `v1.2.3`. */
  info(module: string, version: string): Promise<ProxyAnswer>
}

/** Undefined where Go asks the repository itself. `setting` comes before what the environment says. */
export function goProxyFor(module: string, setting: string | undefined, env: Environment): GoProxy | undefined {
  const isPrivate = matchesPrefix(env['GONOPROXY'] ?? env['GOPRIVATE'] ?? '', module)
  if (setting === undefined && isPrivate) return undefined
  const [first = ''] = (setting ?? (env['GOPROXY'] || publicProxy)).split(/[,|]/)
  const base = first.trim().replace(/\/+$/, '')
  if (base === 'direct' || base === 'off' || base === '') return undefined
  const get = (path: string): Promise<ProxyAnswer> => read(`${base}/${path}`)
  const at = `${escapeModule(module).split('/').map(encodeURIComponent).join('/')}/@v`.replaceAll('%21', '!')
  return {
    list: () => get(`${at}/list`),
    info: (_, version) => get(`${at}/${encodeURIComponent(escapeModule(version)).replaceAll('%21', '!')}.info`),
  }
}

const publicProxy = 'https://proxy.golang.org'

/** Globs of Go, an element of the path each, that match any beginning of it. */
export function matchesPrefix(globs: string, module: string): boolean {
  const elements = module.split('/')
  return globs
    .split(',')
    .map((glob) => glob.trim().replace(/\/+$/, ''))
    .filter((glob) => glob !== '')
    .some((glob) => glob.split('/').every((part, at) => matchesElement(part, elements[at])))
}

function matchesElement(glob: string, element: string | undefined): boolean {
  if (element === undefined) return false
  const pattern = glob
    .replaceAll(/[.+^${}()|\\[\]]/g, String.raw`\$&`)
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${pattern}$`).test(element)
}

async function read(address: string): Promise<ProxyAnswer> {
  const url = URL.parse(address)
  if (url?.protocol === 'file:') return readFrom(url)
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    return { kind: 'unreachable', detail: 'GOPROXY is no address', retryAfter: undefined, refused: true }
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  const headers = url.username === '' ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  url.username = ''
  url.password = ''
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(longest) })
    const text = await answer.text()
    if (answer.ok) return { kind: 'served', text }
    if (answer.status === 404 || answer.status === 410) return { kind: 'absent' }
    const retryAfter = waitAskedFor(answer.status, (name) => answer.headers.get(name))
    const refused = answer.status === 401 || answer.status === 403
    return { kind: 'unreachable', detail: `${url.href} answered ${answer.status}`, retryAfter, refused }
  } catch (error) {
    const cause = (error as { readonly cause?: { readonly code?: unknown } }).cause?.code
    const detail = `${url.href} does not answer${typeof cause === 'string' ? ` (${cause})` : ''}`
    return { kind: 'unreachable', detail, retryAfter: undefined }
  }
}

/** Milliseconds: a proxy clones the repository before it answers. */
const longest = 60_000

async function readFrom(url: URL): Promise<ProxyAnswer> {
  try {
    return { kind: 'served', text: await readFile(url, 'utf8') }
  } catch (error) {
    const { code } = error as { readonly code?: unknown }
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' }
    return { kind: 'unreachable', detail: `${url.pathname} cannot be read (${String(code)})`, retryAfter: undefined }
  }
}
