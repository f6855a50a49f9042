/**
 * Names of container images: which registry they are kept in and how its address is reached. Loopback addresses speak
 * plain HTTP, as every container tool has it; everything else is TLS.
 */
export type ImageName = {
  /** With its port. */
  readonly host: string
  readonly repository: string
  /** `https://host/v2/acme/api`, without a slash at the end. */
  readonly address: string
}

export type ImageReference = ImageName & {
  /** A tag, or a digest as `sha256:…`. */
  readonly reference: string
}

const repositoryShape = /^[a-z0-9]+([._-]+[a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/
const hostShape = /^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d+)?$/i
const tagShape = /^\w[\w.-]{0,127}$/
export const digestShape = /^sha(256:[0-9a-f]{64}|512:[0-9a-f]{128})$/

/** Undefined for what is no image name; a tag or digest must not follow it. */
export function parseImageName(text: string): ImageName | undefined {
  const [first = '', ...rest] = text.split('/')
  const hasHost = rest.length > 0 && (/[.:[]/.test(first) || first === 'localhost')
  const host = hasHost ? first : 'docker.io'
  const path = hasHost ? rest.join('/') : text
  const repository = host === 'docker.io' && !path.includes('/') ? `library/${path}` : path
  if (!hostShape.test(host) || !repositoryShape.test(repository)) return undefined
  const reached = host === 'docker.io' ? 'registry-1.docker.io' : host
  return { host: reached, repository, address: `${schemeOf(reached)}://${reached}/v2/${repository}` }
}

export function parseImageReference(text: string): ImageReference | undefined {
  const at = text.indexOf('@')
  const colon = text.lastIndexOf(':')
  const end = at >= 0 ? at : colon > text.lastIndexOf('/') ? colon : text.length
  const name = parseImageName(text.slice(0, end))
  const reference = end === text.length ? 'latest' : text.slice(end + 1)
  const isSound = at >= 0 ? digestShape.test(reference) : tagShape.test(reference)
  return name !== undefined && isSound ? { ...name, reference } : undefined
}

/** A version as a tag: build metadata begins with a plus sign, which no tag may hold. */
export function tagOfVersion(version: string): string {
  return version.replaceAll('+', '_')
}

function schemeOf(host: string): 'http' | 'https' {
  return /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(host) ? 'http' : 'https'
}
