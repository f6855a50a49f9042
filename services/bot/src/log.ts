/**
 * Structured logs, one JSON object a line. Secrets that the configuration holds are blotted out wherever they stand,
 * and what is known to carry credentials is never written.
 */
import { pino, type DestinationStream, type Logger } from 'pino'
import type { Configuration } from './configuration.ts'

export function botLog(configuration: Configuration, destination?: DestinationStream): Logger {
  const secrets = secretsOf(configuration)
  const options = {
    level: configuration.logLevel,
    base: undefined,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: {
      paths: ['*.headers', 'err.config', 'err.request', 'err.response', '*.token', '*.privateKey'],
      remove: true,
    },
    hooks: { streamWrite: (line: string) => blot(line, secrets) },
  }
  return destination === undefined ? pino(options) : pino(options, destination)
}

/** As they would stand in a line of JSON. */
function secretsOf({ github, gitlab, store }: Configuration): readonly string[] {
  const all = [
    ...(github === undefined ? [] : [github.privateKey, ...github.webhookSecrets]),
    ...(gitlab?.groups ?? []).flatMap((group) => [group.accessToken, group.secretToken, group.signingToken]),
    ...(store.kind === 'postgres' ? [store.url, URL.parse(store.url)?.password] : []),
  ]
  return all.flatMap((secret) =>
    secret === undefined || secret.length < 4 ? [] : [JSON.stringify(secret).slice(1, -1)],
  )
}

/** Tokens that forges give out have known beginnings: those of installations are never in the configuration. */
const tokens = /\b(gh[a-z]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,})/g

function blot(line: string, secrets: readonly string[]): string {
  let text = line
  for (const secret of secrets) text = text.replaceAll(secret, '***')
  return text.replace(tokens, '***')
}
