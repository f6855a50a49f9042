/**
 * `pnpm bench bot`: the load that the bot's own tests put on it in small, at full length. The bot and its load are
 * programs of their own, so this only starts them.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const load = fileURLToPath(new URL('../../../services/bot/src/testing/load-process.ts', import.meta.url))

export async function benchBot(argv: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [load, ...argv], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}
