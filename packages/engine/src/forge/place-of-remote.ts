/** Which repository of which forge a git remote's address means, as far as its host's name tells. */
import type { ForgePlace } from './forge.ts'

export type KnownPlace = { readonly place: ForgePlace; readonly apiUrl: string }

export function placeOfRemote(address: string): KnownPlace | undefined {
  const found = partsOf(address.trim())
  if (found === undefined) return undefined
  const { host, path } = found
  const server = `https://${host}`
  const webUrl = `${server}/${path}`
  if (host === 'github.com') {
    return { place: { kind: 'github', path, webUrl }, apiUrl: 'https://api.github.com' }
  }
  if (/(^|[.-])gitlab[.-]/.test(host)) {
    return { place: { kind: 'gitlab', path, webUrl }, apiUrl: `${server}/api/v4` }
  }
  if (/(^|[.-])github[.-]/.test(host)) {
    return { place: { kind: 'github', path, webUrl }, apiUrl: `${server}/api/v3` }
  }
  return undefined
}

/** `https://HOST/PATH.git`, `ssh://git@HOST:22/PATH.git`, `git@HOST:PATH.git`. */
function partsOf(address: string): { readonly host: string; readonly path: string } | undefined {
  const match =
    /^(?:https|ssh|git):\/\/(?:[^@/\s]*@)?([a-z0-9.-]+)(?::\d+)?\/([^?#\s]+)$/i.exec(address) ??
    /^(?:[^@/\s:]+@)?([a-z0-9.-]+):(?!\/)([^?#\s]+)$/i.exec(address)
  const host = match?.[1]?.toLowerCase()
  const path = match?.[2]?.replace(/\/+$/, '').replace(/\.git$/, '')
  if (host === undefined || path === undefined || !/^[\w.-]+(\/[\w.-]+)+$/.test(path)) return undefined
  return path.split('/').some((part) => part === '.' || part === '..') ? undefined : { host, path }
}
