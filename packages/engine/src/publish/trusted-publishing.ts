/**
 * Trusted publishing: a CI job proves who it is with an identity token, and the registry gives a token for one package
 * in exchange. GitHub hands the identity token out on request, GitLab and others put it into `NPM_ID_TOKEN`. Where any
 * of it fails the configured credentials are used, as npm does. No token leaves but to the service it is for.
 */
import type { PackageName } from '@topsail/core'
import type { Environment } from './npmrc.ts'
import { escapedName } from './registry-changes.ts'

export type TrustedPublishing = {
  /** A token that may publish and stage this package, and nothing else. */
  tokenFor(registry: string, name: PackageName): Promise<string | undefined>
}

/** Undefined outside of a CI job that has an identity. */
export function trustedPublishing(env: Environment): TrustedPublishing | undefined {
  const given = env['NPM_ID_TOKEN']
  const asked = { url: env['ACTIONS_ID_TOKEN_REQUEST_URL'], token: env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] }
  const inCi = ['GITHUB_ACTIONS', 'GITLAB_CI', 'CIRCLECI'].some((name) => env[name] === 'true')
  const canAsk = env['GITHUB_ACTIONS'] === 'true' && asked.url !== undefined && asked.token !== undefined
  if (!inCi || (given === undefined && !canAsk)) return undefined
  return {
    async tokenFor(registry, name) {
      if (!isGuarded(registry)) return undefined
      const identity = given ?? (await askGitHub(asked.url ?? '', asked.token ?? '', registry))
      return identity === undefined ? undefined : exchange(registry, name, identity)
    },
  }
}

/** An identity is not sent over an open line, but to this machine. */
function isGuarded(registry: string): boolean {
  const { protocol, hostname } = new URL(registry)
  return protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1'
}

async function askGitHub(address: string, token: string, registry: string): Promise<string | undefined> {
  if (!URL.canParse(address)) return undefined
  const url = new URL(address)
  url.searchParams.set('audience', `npm:${new URL(registry).hostname}`)
  const answer = await jsonFrom(url, { headers: { accept: 'application/json', authorization: `Bearer ${token}` } })
  return textIn(answer, 'value')
}

async function exchange(registry: string, name: PackageName, identity: string): Promise<string | undefined> {
  const url = new URL(`/-/npm/v1/oidc/token/exchange/package/${escapedName(name)}`, registry)
  const answer = await jsonFrom(url, { method: 'POST', headers: { authorization: `Bearer ${identity}` } })
  return textIn(answer, 'token')
}

async function jsonFrom(url: URL, init: RequestInit): Promise<unknown> {
  try {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000), redirect: 'error' })
    return answer.ok ? await answer.json() : undefined
  } catch {
    return undefined
  }
}

function textIn(value: unknown, key: string): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
  const text = (value as Record<string, unknown>)[key]
  return typeof text === 'string' && text !== '' ? text : undefined
}
