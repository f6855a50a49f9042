/**
 * The program: reads the environment, starts the bot, and ends it when it is told to. An argument is the path of another
 * topsail command than the one of this package.
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
  const end = (code: number, message: string, error?: unknown): void => {
    if (error === undefined) log.info(message)
    else log.fatal({ err: error }, message)
    process.exit(code)
  }
  try {
    const bot = await startBot(configuration.value, log, process.argv[2])
    log.info({ url: bot.url }, 'listening')
    const stop = (signal: string): void => {
      log.info({ signal }, 'stopping')
      bot.stop().then(
        () => end(0, 'stopped'),
        (error: unknown) => end(1, 'not stopped in order', error),
      )
    }
    process.once('SIGTERM', () => stop('SIGTERM'))
    process.once('SIGINT', () => stop('SIGINT'))
  } catch (error) {
    end(1, 'not started', error)
  }
}
