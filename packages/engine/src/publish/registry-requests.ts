/**
 * The many small requests of a release - what is there, where dist-tags lead - by Node's own client: npm's library takes
 * several times as long for each, which is felt where a registry is near. Connections, proxies, certificates and
 * credentials are found by npm's own parts, a redirect is left to the library, and failures look like the library's.
 */
import { request as requestPlain } from 'node:http'
import type { Agent, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http'
import { request as requestSecure } from 'node:https'
import { promisify } from 'node:util'
import { gunzip, gunzipSync } from 'node:zlib'
import { getAgent } from '@npmcli/agent'
// The whole of the library takes several times as long to load, and is wanted where something is uploaded.
import getAuth, { type Auth } from 'npm-registry-fetch/lib/auth.js'
import { turns, type Turns } from './large-answers.ts'
import { pageInstead, refusePage } from './web-page.ts'

/** Options of `npm-registry-fetch`, credentials included; a `body` is a text. */
export type RequestSettings = Readonly<Record<string, unknown>>

/** Resolves with the body of what was answered well, and rejects with everything else, a 404 included. */
export type SendRequest = (address: string, settings: RequestSettings) => Promise<string>

export function requestSender(): SendRequest {
  const agents = new Map<string, Agent>()
  const whenLarge = turns()
  return async (address, settings) => {
    const auth = getAuth(address, settings)
    const { origin, protocol } = new URL(address)
    const place = `${origin} ${auth.cert === null ? '' : auth.regKey}`
    const agent = agents.get(place) ?? getAgent(address, connectionOptions(settings, auth))
    agents.set(place, agent)
    // Not told, it looks through a stack trace for every request.
    Object.assign(agent, { protocol })
    const answer = await exchange(
      address,
      { agent, method: methodOf(settings), headers: headersOf(settings, auth) },
      settings,
      whenLarge,
    )
    if (answer.status >= 400) throw failureOf(answer, `${methodOf(settings)} ${address}`)
    if (!redirects.includes(answer.status)) return spokenBy(answer, address, settings)
    const { default: registryFetch } = await import('npm-registry-fetch')
    const elsewhere = await registryFetch(address, settings)
    const text = (await elsewhere.buffer()).toString('utf8')
    if (methodOf(settings) !== 'HEAD') refusePage(elsewhere, address)
    return text
  }
}

const redirects = [301, 302, 303, 307, 308]

function spokenBy({ headers, body }: Answer, address: string, settings: RequestSettings): string {
  const page = methodOf(settings) === 'HEAD' ? undefined : pageInstead(headers['content-type'], address, body)
  if (page !== undefined) throw page
  return body
}

/** The same as the library's, so that both share their sockets. */
function connectionOptions(settings: RequestSettings, { cert, key }: Auth): RequestSettings {
  const { ca, localAddress, maxSockets, noProxy, proxy, timeout } = settings
  return {
    ca,
    cert: cert ?? settings['cert'],
    key: key ?? settings['key'],
    localAddress,
    maxSockets,
    noProxy,
    proxy,
    rejectUnauthorized: settings['strictSSL'] !== false,
    timeout,
  }
}

function methodOf({ method }: RequestSettings): string {
  return typeof method === 'string' ? method : 'GET'
}

function headersOf(settings: RequestSettings, { token, auth }: Auth): Readonly<Record<string, string>> {
  const { otp, headers } = settings
  return {
    'user-agent': `topsail node/${process.version}`,
    accept: '*/*',
    ...(methodOf(settings) === 'GET' ? { 'accept-encoding': 'gzip' } : {}),
    ...(headers as Readonly<Record<string, string>> | undefined),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    ...(token !== null || auth === null ? {} : { authorization: `Basic ${auth}` }),
    ...(typeof otp === 'string' && otp !== '' ? { 'npm-otp': otp } : {}),
  }
}

type Answer = {
  readonly status: number
  readonly statusMessage: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/**
 * Complete, or none at all. How long silence may last is the connection's to say; a host that keeps talking has no more
 * time for the whole, and is not listened to for ever. It has that time again when it is the turn of a large answer.
 */
async function exchange(
  address: string,
  options: RequestOptions,
  { body, timeout }: RequestSettings,
  whenLarge: Turns,
): Promise<Answer> {
  const request = address.startsWith('https:') ? requestSecure : requestPlain
  let timer: NodeJS.Timeout | undefined
  let turn: Promise<() => void> | undefined
  const inTurn = (): Promise<() => void> => (turn ??= whenLarge())
  const exchanged = new Promise<{ answer: IncomingMessage; bytes: Buffer }>((resolve, reject) => {
    const giveUp = (code: string, message: string): void => {
      reject(Object.assign(new Error(message), { code }))
      asked.destroy()
    }
    const allowTime = (): void => {
      clearTimeout(timer)
      if (typeof timeout !== 'number') return
      timer = setTimeout(giveUp, timeout, 'ETIMEDOUT', `no whole answer within ${timeout / 1000} s`)
    }
    const waitForTurn = (answer: IncomingMessage): void => {
      answer.pause()
      clearTimeout(timer)
      void inTurn().then(() => {
        if (answer.destroyed) return
        allowTime()
        answer.resume()
      })
    }
    const asked = request(address, options, (answer) => {
      const chunks: Buffer[] = []
      let length = 0
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        length += chunk.length
        if (length > mostBytes) giveUp('ERR_BUFFER_TOO_LARGE', tooLong)
        else if (length > large && turn === undefined) waitForTurn(answer)
      })
      answer.on('end', () => resolve({ answer, bytes: Buffer.concat(chunks) }))
      answer.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
    allowTime()
  })
  try {
    const { answer, bytes } = await exchanged.finally(() => clearTimeout(timer))
    const { statusCode: status = 0, statusMessage = '', headers } = answer
    const isPacked = headers['content-encoding'] === 'gzip' && bytes.length > 0
    const whole = isPacked ? await unpacked(bytes, inTurn) : bytes
    return { status, statusMessage, headers, body: whole.toString('utf8') }
  } finally {
    void turn?.then((end) => end())
  }
}

/** The longest that real packages have is a tenth of it. */
const mostBytes = 256 * 1024 * 1024
const tooLong = 'the answer is longer than 256 MB'
/** So much of each may be held at once. */
const large = 8 * 1024 * 1024

/** To have little unpacked elsewhere costs many times more than to do it. */
async function unpacked(bytes: Buffer, inTurn: () => Promise<unknown>): Promise<Buffer> {
  const unpack = (maxOutputLength: number): Buffer | Promise<Buffer> =>
    bytes.length < 64 * 1024
      ? gunzipSync(bytes, { maxOutputLength })
      : promisify(gunzip)(bytes, { maxOutputLength, chunkSize: 256 * 1024 })
  try {
    return await unpack(large)
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_BUFFER_TOO_LARGE') throw error
    await inTurn()
    return unpack(mostBytes)
  }
}

/** With what `asFailure` looks for. */
function failureOf({ status, statusMessage, headers, body }: Answer, what: string): Error {
  const said = reasonIn(body)
  const wanted = (headers['www-authenticate'] ?? '').toLowerCase().split(/,\s*/)
  const isOtp = status === 401 && (wanted.includes('otp') || /one-time pass/.test(body))
  const isAddress = status === 401 && wanted.includes('ipaddress')
  const code = isAddress ? 'EAUTHIP' : isOtp ? 'EOTP' : `E${status}`
  const message = `${status} ${statusMessage} - ${what}${said === '' ? '' : ` - ${said}`}`
  return Object.assign(new Error(message), { statusCode: status, headers, code })
}

function reasonIn(body: string): string {
  try {
    const { error, message } = JSON.parse(body) as { readonly error?: unknown; readonly message?: unknown }
    return [error, message].find((text): text is string => typeof text === 'string') ?? ''
  } catch {
    return ''
  }
}
