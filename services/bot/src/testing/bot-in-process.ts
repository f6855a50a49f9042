/**
 * The bot in the process of a test, in front of the test forge, with its log at hand.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ForgeRig } from '@topsail/engine/testing'
import { startBot } from '../bot.ts'
import { readConfiguration } from '../configuration.ts'
import { botLog } from '../log.ts'

export type TestBot = {
  readonly url: string
  readonly folder: string
  readonly lines: readonly LogLine[]
  /** When nothing waits and nothing runs. */
  settled(): Promise<void>
  close(): Promise<void>
}

export type LogLine = Readonly<Record<string, unknown>>

export function githubVariables(rig: ForgeRig): Readonly<Record<string, string>> {
  return {
    TOPSAIL_GITHUB_APP_ID: String(rig.app.id),
    TOPSAIL_GITHUB_PRIVATE_KEY: rig.app.privateKey,
    TOPSAIL_GITHUB_WEBHOOK_SECRET: rig.app.webhookSecret,
    TOPSAIL_GITHUB_URL: rig.webUrl,
    TOPSAIL_GITHUB_API_URL: rig.apiUrl,
  }
}

export async function startTestBot(variables: Readonly<Record<string, string>>): Promise<TestBot> {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-bot-e2e-'))
  const configuration = readConfiguration({
    TOPSAIL_BOT_HOST: '127.0.0.1',
    TOPSAIL_BOT_PORT: '0',
    TOPSAIL_BOT_STORE: join(folder, 'bot.db'),
    TOPSAIL_BOT_FOLDER: join(folder, 'clones'),
    TOPSAIL_BOT_LOG_LEVEL: 'debug',
    ...variables,
  })
  if (!configuration.ok) throw new Error(JSON.stringify(configuration.problems))
  const lines: LogLine[] = []
  const log = botLog(configuration.value, { write: (line) => lines.push(JSON.parse(line) as LogLine) })
  const bot = await startBot(configuration.value, log, process.env['TOPSAIL_BIN'])
  return {
    url: bot.url,
    folder,
    lines,
    async settled() {
      for (let quiet = 0; quiet < 3;) {
        const metrics = await (await fetch(`${bot.url}/metrics`)).text()
        quiet = /topsail_bot_looks\{state="(waiting|running)"\} [1-9]/.test(metrics) ? 0 : quiet + 1
        await new Promise((done) => setTimeout(done, 50))
      }
    },
    async close() {
      await bot.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
