/**
 * The program: reads the environment, starts the bot, and ends it when it is told to.
 */
import { readConfiguration } from './configuration.ts'
import { startBot } from './bot.ts'
import { botLog } from './log.ts'

const configuration = readConfiguration(process.env)

if (!configuration.ok) {
  for (const { variable, problem } of configuration.problems) process.stderr.write(`${variable} ${problem}\n`)
  process.stderr.write('See docs/bot.md for what can be configured.\n')
  process.exitCode = 2
} else {
  const log = botLog(configuration.value)
  const bot = await startBot(configuration.value, log)
  log.info({ url: bot.url }, 'listening')
  const stop = (signal: string): void => {
    log.info({ signal }, 'stopping')
    bot.stop().then(
      () => {
        log.info('stopped')
        process.exit(0)
      },
      (error: unknown) => {
        log.error({ err: error }, 'not stopped in order')
        process.exit(1)
      },
    )
  }
  process.once('SIGTERM', () => stop('SIGTERM'))
  process.once('SIGINT', () => stop('SIGINT'))
}
