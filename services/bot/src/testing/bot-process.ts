/**
 * The bot as a program of its own, as it runs in production, in front of the test forge: so that it can be killed.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { ForgeRig } from '@topsail/engine/testing'
import { githubVariables } from './bot-in-process.ts'

export type BotProcess = {
  readonly url: string
  /** The same, as one of several. */
  readonly urls: readonly string[]
  /** Of all processes so far, one JSON object a line. */
  log(): string
  metrics(): Promise<string>
  /** SIGKILL, and then a new process with the same store. */
  crash(): Promise<void>
  /** SIGTERM; gives the exit code. */
  stop(): Promise<number | null>
}

const main = fileURLToPath(new URL('../main.ts', import.meta.url))
const topsail = process.env['TOPSAIL_BIN']

export async function startBotProcess(
  rig: ForgeRig,
  folder: string,
  more: Readonly<Record<string, string>> = {},
  program: readonly string[] = topsail === undefined ? [main] : [main, topsail],
): Promise<BotProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    TOPSAIL_BOT_HOST: '127.0.0.1',
    TOPSAIL_BOT_PORT: String(port),
    TOPSAIL_BOT_STORE: `${folder}/bot.db`,
    TOPSAIL_BOT_FOLDER: `${folder}/clones`,
    ...githubVariables(rig),
    ...more,
  }
  let log = ''
  const begin = (): ChildProcess => {
    const started = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...program], {
      env,
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [started.stdout, started.stderr]) stream.on('data', (chunk) => (log += String(chunk)))
    return started
  }
  let child = begin()
  const ready = async (): Promise<void> => {
    for (let attempt = 0; ; attempt += 1) {
      const answer = await fetch(`${url}/readyz`).catch(() => undefined)
      if (answer?.ok === true) return
      if (child.exitCode !== null || attempt === 600) throw new Error(`the bot did not start:\n${log}`)
      await new Promise((done) => setTimeout(done, 50))
    }
  }
  await ready()
  return {
    url,
    urls: [url],
    log: () => log,
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
    async crash() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      child = begin()
      await ready()
    },
    async stop() {
      if (child.exitCode !== null) return child.exitCode
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      return child.exitCode
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}
