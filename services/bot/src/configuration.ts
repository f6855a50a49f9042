/**
 * The configuration, from the environment alone. Everything that is wrong with it is told at once. Each variable may
 * also be given as NAME_FILE, the path of a file that holds the value, as secrets are mounted.
 */
import { createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import type { GitLabHook } from './deliveries/gitlab.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type Configuration = {
  readonly host: string
  readonly port: number
  readonly logLevel: string
  /** A file of SQLite, or the address of a PostgreSQL. */
  readonly store:
    | { readonly kind: 'sqlite'; readonly file: string }
    | { readonly kind: 'postgres'; readonly url: string }
  readonly capacity: number
  readonly concurrency: number
  readonly bodyLimit: number
  readonly graceSeconds: number
  /** Where clones lie. */
  readonly folder: string
  readonly limits: SandboxLimits
  readonly github: GitHubConfiguration | undefined
  readonly gitlab: GitLabConfiguration | undefined
}

/** What one look may use. */
export type SandboxLimits = {
  readonly fetchSeconds: number
  /** Of the clone with its working tree. */
  readonly folderBytes: number
  readonly planSeconds: number
  /** Of the process that computes the plan. */
  readonly memoryBytes: number
}

export type GitHubConfiguration = {
  readonly serverUrl: string
  readonly apiUrl: string
  readonly appId: string
  readonly privateKey: string
  readonly webhookSecrets: readonly string[]
}

export type GitLabConfiguration = {
  readonly serverUrl: string
  readonly groups: readonly (GitLabHook & { readonly accessToken: string })[]
}

export type ConfigurationProblem = { readonly variable: string; readonly problem: string }

export function readConfiguration(
  env: Environment,
):
  | { readonly ok: true; readonly value: Configuration }
  | { readonly ok: false; readonly problems: readonly ConfigurationProblem[] } {
  const problems: ConfigurationProblem[] = []
  const reader = readerOf(env, problems)
  const megabytes = (name: string, usual: number): number => reader.whole(name, usual, 1, 1 << 20) * 2 ** 20
  const value: Configuration = {
    host: reader.text('TOPSAIL_BOT_HOST') ?? '0.0.0.0',
    port: reader.whole('TOPSAIL_BOT_PORT', 8080, 0, 65_535),
    logLevel: reader.choice('TOPSAIL_BOT_LOG_LEVEL', 'info', ['trace', 'debug', 'info', 'warn', 'error', 'silent']),
    store: storeIn(reader.text('TOPSAIL_BOT_STORE') ?? 'topsail-bot.db'),
    capacity: reader.whole('TOPSAIL_BOT_QUEUE', 1000, 1, 1_000_000),
    concurrency: reader.whole('TOPSAIL_BOT_CONCURRENCY', 2, 1, 64),
    bodyLimit: megabytes('TOPSAIL_BOT_BODY_MB', 3),
    graceSeconds: reader.whole('TOPSAIL_BOT_GRACE_SECONDS', 8, 0, 3600),
    folder: reader.text('TOPSAIL_BOT_FOLDER') ?? join(tmpdir(), 'topsail-bot'),
    limits: {
      fetchSeconds: reader.whole('TOPSAIL_BOT_FETCH_SECONDS', 300, 1, 3600),
      folderBytes: megabytes('TOPSAIL_BOT_FOLDER_MB', 2048),
      planSeconds: reader.whole('TOPSAIL_BOT_PLAN_SECONDS', 120, 1, 3600),
      memoryBytes: megabytes('TOPSAIL_BOT_PLAN_MB', 1024),
    },
    github: githubIn(reader),
    gitlab: gitlabIn(reader),
  }
  if (value.github === undefined && value.gitlab === undefined && problems.length === 0) {
    reader.tell('TOPSAIL_GITHUB_APP_ID', 'neither GitHub nor GitLab is configured')
  }
  return problems.length === 0 ? { ok: true, value } : { ok: false, problems }
}

type Reader = ReturnType<typeof readerOf>

function readerOf(env: Environment, problems: ConfigurationProblem[]) {
  const tell = (variable: string, problem: string): void => void problems.push({ variable, problem })
  const text = (name: string): string | undefined => {
    const [given, file] = [env[name], env[`${name}_FILE`]]
    if (given !== undefined && given !== '' && file !== undefined) tell(name, `is given twice, also as ${name}_FILE`)
    if (file === undefined) return given === undefined || given === '' ? undefined : given
    try {
      return readFileSync(file, 'utf8').trim()
    } catch (error) {
      tell(`${name}_FILE`, `names a file that cannot be read (${(error as NodeJS.ErrnoException).code})`)
      return undefined
    }
  }
  return {
    tell,
    text,
    whole(name: string, usual: number, least: number, most: number): number {
      const given = text(name)
      const number = given === undefined ? usual : /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
      if (number >= least && number <= most) return number
      tell(name, `should be a whole number from ${least} to ${most}`)
      return usual
    },
    choice(name: string, usual: string, words: readonly string[]): string {
      const given = text(name) ?? usual
      if (!words.includes(given)) tell(name, `should be one of ${words.join(', ')}`)
      return given
    },
    url(name: string, usual: string): string {
      const given = text(name) ?? usual
      const url = URL.parse(given)
      const isUrl = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
      if (!isUrl) tell(name, 'should be the address of a server, such as https://forge.example')
      return given.replace(/\/+$/, '')
    },
    needed(name: string, because: string): string {
      const given = text(name)
      if (given === undefined) tell(name, `is missing: ${because}`)
      return given ?? ''
    },
  }
}

function storeIn(given: string): Configuration['store'] {
  return /^postgres(ql)?:\/\//.test(given) ? { kind: 'postgres', url: given } : { kind: 'sqlite', file: given }
}

const githubSecrets = ['TOPSAIL_GITHUB_APP_ID', 'TOPSAIL_GITHUB_PRIVATE_KEY', 'TOPSAIL_GITHUB_WEBHOOK_SECRET'] as const

function githubIn(reader: Reader): GitHubConfiguration | undefined {
  const serverUrl = reader.url('TOPSAIL_GITHUB_URL', 'https://github.com')
  const ofServer = serverUrl === 'https://github.com' ? 'https://api.github.com' : `${serverUrl}/api/v3`
  const apiUrl = reader.url('TOPSAIL_GITHUB_API_URL', ofServer)
  const previous = reader.text('TOPSAIL_GITHUB_WEBHOOK_SECRET_PREVIOUS')
  if (githubSecrets.every((name) => reader.text(name) === undefined)) return undefined
  const because = `GitHub needs ${githubSecrets.join(', ')}`
  const [appId, key, secret] = githubSecrets.map((name) => reader.needed(name, because)) as [string, string, string]
  // Where a variable cannot hold several lines, they are commonly written with \n.
  const privateKey = key.replaceAll('\\n', '\n')
  if (appId !== '' && !/^[\w.-]{1,100}$/.test(appId)) reader.tell(githubSecrets[0], 'should be the id of a GitHub App')
  if (key !== '' && !isPrivateKey(privateKey)) reader.tell(githubSecrets[1], 'should be a private key in PEM form')
  if (secret !== '' && secret.length < 16) reader.tell(githubSecrets[2], 'should have at least 16 characters')
  const webhookSecrets = previous === undefined ? [secret] : [secret, previous]
  return { serverUrl, apiUrl, appId, privateKey, webhookSecrets }
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}

const groupsName = 'TOPSAIL_GITLAB_GROUPS'

function gitlabIn(reader: Reader): GitLabConfiguration | undefined {
  const serverUrl = reader.url('TOPSAIL_GITLAB_URL', 'https://gitlab.com')
  const text = reader.text(groupsName)
  if (text === undefined) return undefined
  const entries = parseList(text)
  if (entries === undefined || entries.length === 0) {
    reader.tell(groupsName, 'should be a JSON list of {"group", "accessToken", "signingToken" or "secretToken"}')
    return undefined
  }
  return { serverUrl, groups: entries.map((entry, index) => groupIn(entry, index, reader)) }
}

function parseList(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function groupIn(entry: unknown, index: number, reader: Reader): GitLabConfiguration['groups'][number] {
  const record = typeof entry === 'object' && entry !== null ? new Map(Object.entries(entry)) : new Map()
  const at = (key: string): string | undefined => {
    const value: unknown = record.get(key)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const tell = (problem: string): void => reader.tell(groupsName, `entry ${index + 1}: ${problem}`)
  const [group = '', accessToken = ''] = [at('group')?.replace(/^\/+|\/+$/g, ''), at('accessToken')]
  const [secretToken, signingToken] = [at('secretToken'), at('signingToken')]
  if (!/^[\w.-]+(\/[\w.-]+)*$/.test(group)) tell('"group" should be the path of a group or project')
  if (accessToken === '') tell('"accessToken" is missing')
  if (secretToken === undefined && signingToken === undefined) tell('"signingToken" or "secretToken" is missing')
  if (secretToken !== undefined && secretToken.length < 16) tell('"secretToken" should have at least 16 characters')
  if (signingToken !== undefined && !isSigningToken(signingToken)) {
    tell('"signingToken" should be as GitLab shows it: whsec_…')
  }
  return { group, accessToken, secretToken, signingToken }
}

function isSigningToken(token: string): boolean {
  try {
    return new Webhook(token) instanceof Webhook && token.startsWith('whsec_')
  } catch {
    return false
  }
}
