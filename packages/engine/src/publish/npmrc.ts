/**
 * Registries and credentials, found as npm finds them: the environment before the project's `.npmrc`, that before the
 * user's and the global one. Credentials stay inside the closure made here; they leave it only into the options of a
 * request, and `redact` takes them out of every text.
 */
import { constants, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Manifest, PackageName, WorkspaceTool } from '@topsail/core'
import { readCaFile, type CaFile } from './cafile.ts'
import { expandVariables, parseNpmrc, type NpmrcValue } from './npmrc-text.ts'
import { redactor, type Redact } from './secrets.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type NpmConfig = {
  /** With a slash at the end. */
  registryOf(name: PackageName, manifest: Manifest): string
  hasCredentials(registry: string): boolean
  /** A variable that credentials for it name in an `.npmrc`, and that is not set. */
  unsetVariable(registry: string): string | undefined
  /** Options for npm-registry-fetch. They hold credentials: never print, store or send them anywhere else. */
  requestOptions(registry: string): RequestOptions
  /** Settings files that are there and cannot be read: which registry and token they name nobody knows. */
  readonly unread: readonly UnreadLayer[]
  /** Undefined where none is set. */
  readonly caFile: Pick<CaFile, 'file' | 'from' | 'lacks'> | undefined
  readonly redact: Redact
}

export type RequestOptions = Readonly<Record<string, unknown>>

export const publicRegistry = 'https://registry.npmjs.org/'

export function readNpmConfig(cwd: string, tool: WorkspaceTool, env: Environment = process.env): NpmConfig {
  const layers = layersOf(cwd, env)
  const values = withoutUserinfo(new Map(layers.flatMap((layer) => [...layer.values])))
  const text = (key: string): string | undefined => {
    const value = values.get(key)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const defaultRegistry = text('registry') ?? publicRegistry
  const setIn = layers.findLast((layer) => layer.values.has('cafile'))
  const value = text('cafile')
  const caFile =
    value === undefined || setIn === undefined ? undefined : readCaFile({ value, from: setIn.from }, cwd, homeOf(env))
  return {
    registryOf: (name, manifest) => withSlash(shownAddress(registryOf(name, manifest, tool, text) ?? defaultRegistry)),
    hasCredentials: (registry) => credentialKeysFor(registry).some((key) => text(key) !== undefined),
    unsetVariable: (registry) =>
      credentialKeysFor(registry).flatMap((key) => /\$\{([^${}]+)\}/.exec(text(key) ?? '')?.[1] ?? [])[0],
    requestOptions: (registry) => requestOptionsOf(registry, values, text, caFile),
    unread: layers.flatMap(({ from, lacks }) => (lacks === undefined ? [] : [{ file: from, detail: lacks }])),
    caFile,
    redact: redactor(secretsOf(values)),
  }
}

/** `https://user:password@host/` becomes credentials beside an address that may be shown. */
function withoutUserinfo(values: ReadonlyMap<string, NpmrcValue>): ReadonlyMap<string, NpmrcValue> {
  const shown = new Map(values)
  for (const [key, value] of values) {
    if (!/(^|:)registry$/.test(key) || typeof value !== 'string' || !URL.canParse(value)) continue
    const { username, password, host, pathname } = new URL(value)
    if (username === '' && password === '') continue
    shown.set(key, shownAddress(value))
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
    shown.set(`//${host}${withSlash(pathname)}:_auth`, Buffer.from(pair).toString('base64'))
  }
  return shown
}

/** Without a user and a password: an address is printed, and kept in results. */
function shownAddress(address: string): string {
  if (!URL.canParse(address)) return address
  const url = new URL(address)
  url.username = ''
  url.password = ''
  return url.href
}

type Layer = {
  readonly from: string
  readonly values: ReadonlyMap<string, NpmrcValue>
  /** Why it cannot be read, though it is there. */
  readonly lacks?: string
}

export type UnreadLayer = { readonly file: string; readonly detail: string }

/** Weakest first. */
function layersOf(cwd: string, env: Environment): readonly Layer[] {
  const fromEnv = environmentLayer(env)
  const setting = (key: string): string | undefined => {
    const value = fromEnv.get(key)
    return typeof value === 'string' ? value : undefined
  }
  const home = homeOf(env)
  const project = readLayer(join(cwd, '.npmrc'), env)
  const userconfig = setting('userconfig') ?? asText(project.values.get('userconfig')) ?? join(home, '.npmrc')
  const user = readLayer(resolve(cwd, expandVariables(userconfig, env).replace(/^~(?=[/\\])/, home)), env)
  const prefix =
    setting('prefix') ?? asText(user.values.get('prefix')) ?? env['PREFIX'] ?? dirname(dirname(process.execPath))
  const global = readLayer(setting('globalconfig') ?? join(prefix, 'etc', 'npmrc'), env)
  return [global, user, project, { from: 'the environment (npm_config_…)', values: fromEnv }]
}

function homeOf(env: Environment): string {
  return env['HOME'] ?? env['USERPROFILE'] ?? homedir()
}

/** `npm_config_strict_ssl` and the like; what begins with two slashes is an address and keeps its letters. */
function environmentLayer(env: Environment): ReadonlyMap<string, NpmrcValue> {
  const values = new Map<string, NpmrcValue>()
  for (const [name, value] of Object.entries(env)) {
    if (!/^npm_config_/i.test(name) || value === undefined || value === '') continue
    const key = name.slice('npm_config_'.length)
    values.set(key.startsWith('//') ? key : key.replace(/(?!^)_/g, '-').toLowerCase(), expandVariables(value, env))
  }
  return values
}

function readLayer(file: string, env: Environment): Layer {
  try {
    return { from: file, values: parseNpmrc(readFileSync(file, { encoding: 'utf8', flag: withoutWaiting }), env) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return { from: file, values: new Map(), ...(countsAsAbsent.has(code) ? {} : { lacks: code }) }
  }
}

/** A named pipe gives nothing instead of keeping everybody. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/** A folder: what a container makes of a file that was to be mounted and is not there. */
const countsAsAbsent: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR'])

/** npm lets a scope's registry win over `publishConfig.registry`; the other package managers do not. */
function registryOf(
  name: PackageName,
  manifest: Manifest,
  tool: WorkspaceTool,
  text: (key: string) => string | undefined,
): string | undefined {
  const scopeKey = name.startsWith('@') ? `${name.split('/')[0]}:registry` : undefined
  const own = manifest.publishConfig
  const published = asText(own?.registry)
  const scoped = scopeKey === undefined ? undefined : text(scopeKey)
  const ownScoped = scopeKey === undefined ? undefined : asText(own?.[scopeKey])
  const npmDecides = tool === 'npm' || tool === 'lerna' || tool === 'root'
  return ownScoped ?? (npmDecides ? (scoped ?? published) : (published ?? scoped))
}

function requestOptionsOf(
  registry: string,
  values: ReadonlyMap<string, NpmrcValue>,
  text: (key: string) => string | undefined,
  caFile: CaFile | undefined,
): RequestOptions {
  const credentials = credentialKeysFor(registry).flatMap((key) => {
    const value = text(key)
    return value === undefined ? [] : [[key, value] as const]
  })
  const noProxy = values.get('noproxy') ?? values.get('no-proxy')
  return {
    ...Object.fromEntries(credentials),
    registry,
    ca: caFile === undefined || caFile.certificates.length === 0 ? values.get('ca') : caFile.certificates,
    cert: asText(values.get('cert')),
    key: asText(values.get('key')),
    strictSSL: text('strict-ssl') !== 'false',
    proxy: text('https-proxy') ?? text('proxy'),
    ...(noProxy === undefined ? {} : { noProxy }),
    localAddress: text('local-address'),
    otp: text('otp'),
    provenance: text('provenance') === 'true',
    timeout: Number(text('fetch-timeout')) || 300_000,
  }
}

const credentialNames = ['_authToken', '_auth', 'username', '_password', 'certfile', 'keyfile'] as const

/** `//host/a/b/:_authToken`, and for every folder above it, with and without the last slash. */
function credentialKeysFor(registry: string): readonly string[] {
  if (!URL.canParse(registry)) return []
  const { host, pathname } = new URL(registry)
  const keys: string[] = []
  for (let place = `//${host}${pathname}`; place.length > 2; place = place.replace(/([^/]+|\/)$/, '')) {
    keys.push(...credentialNames.map((name) => `${place}:${name}`))
  }
  return keys
}

function secretsOf(values: ReadonlyMap<string, NpmrcValue>): readonly string[] {
  const secrets: string[] = []
  const users = new Map<string, string>()
  for (const [key, value] of values) {
    const [, place = '', name] = /^(.*?):?(_authToken|_auth|_password|username|key|otp)$/.exec(key) ?? []
    if (name === undefined || typeof value !== 'string') continue
    if (name === 'username') users.set(place, value)
    else secrets.push(value, ...decoded(name, value))
  }
  for (const [place, user] of users) {
    const password = values.get(`${place}:_password`)
    if (typeof password === 'string') secrets.push(`${user}:${fromBase64(password)}`)
  }
  return secrets
}

/** Basic credentials are stored encoded; what they hold must not be shown either. */
function decoded(name: string, value: string): readonly string[] {
  if (name !== '_auth' && name !== '_password') return []
  const plain = fromBase64(value)
  return name === '_auth' ? [plain, plain.slice(plain.indexOf(':') + 1)] : [plain]
}

function fromBase64(value: string): string {
  return Buffer.from(value, 'base64').toString('utf8')
}

function asText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function withSlash(registry: string): string {
  return registry.endsWith('/') ? registry : `${registry}/`
}
