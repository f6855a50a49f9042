/**
 * What went wrong at a registry, sorted by what can be done about it. `unknown`: the request may have been carried out,
 * so ask before trying again. `taken`: the version is there, by us or by somebody else. `refused`: this package will
 * not go through. `unauthorised`: nothing will, with these credentials.
 */
import { pageCode } from './web-page.ts'

export type RegistryFailure =
  /** `retryAfter`: it has had enough of us, for so many milliseconds; 0 when it does not say how long. */
  | {
      readonly kind: 'unknown'
      readonly detail: string
      readonly retryAfter: number | undefined
      /** There was no connection: nothing of the request can be there. */
      readonly unsent?: boolean | undefined
      /** A web page answered in place of the registry. */
      readonly page?: boolean | undefined
    }
  /** `certain`: the registry said so in words; a bare conflict may also be two requests that met. */
  | { readonly kind: 'taken'; readonly detail: string; readonly certain: boolean }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'unauthorised'; readonly detail: string; readonly oneTimePassword: boolean }

type LibraryError = {
  readonly statusCode?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly headers?: Readonly<Record<string, unknown>>
}

export function asFailure(error: unknown): RegistryFailure {
  const { statusCode, code, headers } = (typeof error === 'object' && error !== null ? error : {}) as LibraryError
  const detail = detailOf(error)
  if (code === 'EOTP' || (statusCode === 401 && /one-time pass/i.test(detail))) {
    return { kind: 'unauthorised', detail, oneTimePassword: true }
  }
  if (statusCode === 401 || code === 'EAUTHIP' || code === 'ENEEDAUTH') {
    return { kind: 'unauthorised', detail, oneTimePassword: false }
  }
  const certain = /publish over|previously published|already (exists|been published|present)/i.test(detail)
  if (statusCode === 409 || (certain && (statusCode === 403 || statusCode === 400))) {
    return { kind: 'taken', detail, certain }
  }
  if (isTransient(error)) {
    const retryAfter = waitAskedFor(statusCode, (name) => headers?.[name])
    const unsent = isUnsent(error) ? { unsent: true } : {}
    return { kind: 'unknown', detail, retryAfter, ...unsent, ...(code === pageCode ? { page: true } : {}) }
  }
  return { kind: 'refused', detail }
}

const transientStatus = [408, 420, 425, 429]

/** Errors that no second attempt will mend: certificates, proxies, answers without end, and what the library itself refuses to send. */
const lasting =
  /^(E(PRIVATE|UNSCOPED|USAGE|BADSEMVER|PACKAGEEXTENSIONS|INVALIDPROXY|\d{3})|CERT_|UNABLE_TO_|DEPTH_ZERO|SELF_SIGNED|ERR_TLS_CERT|ERR_INVALID|ERR_BUFFER_TOO_LARGE)/

function isTransient(error: unknown): boolean {
  const { statusCode, code } = error as LibraryError
  if (typeof statusCode === 'number') return statusCode >= 500 || transientStatus.includes(statusCode)
  return typeof code === 'string' && !lasting.test(code)
}

/** Only what ends before there is a connection; a host or a network that is out of reach may also be so in the middle. */
function isUnsent(error: unknown): boolean {
  const { statusCode, code } = error as LibraryError
  return statusCode === undefined && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(String(code))
}

/** Milliseconds that a registry asks us to wait, if it says so in seconds; a date would need two clocks to agree. */
export function waitAskedFor(status: unknown, header: (name: string) => unknown): number | undefined {
  const isLimited = status === 429
  const asked = secondsIn(header('retry-after')) ?? (isLimited ? secondsIn(header('ratelimit-reset')) : undefined)
  return asked === undefined ? (isLimited ? 0 : undefined) : asked * 1000
}

function secondsIn(header: unknown): number | undefined {
  const text: unknown = Array.isArray(header) ? header[0] : header
  const seconds = typeof text === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined
  // More than a day is a moment in time, not a duration.
  return seconds === undefined || seconds > 86_400 ? undefined : seconds
}

function detailOf(error: unknown): string {
  const message: unknown = (error as LibraryError | undefined)?.message
  return typeof message === 'string' && message !== ''
    ? message
    : String((error as LibraryError | undefined)?.code ?? error)
}
