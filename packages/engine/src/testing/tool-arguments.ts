/**
 * What a command of the repository's own was asked for. `--help` prints how it is used and ends with 0; an option that
 * nobody knows, or a value too many or too few, says which it is and ends with 2, before anything has begun.
 */
import { parseArgs, type ParseArgsConfig } from 'node:util'

type Asked<Config extends ParseArgsConfig> = ReturnType<typeof parseArgs<Config>>

export function toolArguments<const Config extends ParseArgsConfig>(usage: string, config: Config): Asked<Config> {
  const args = config.args ?? process.argv.slice(2)
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${usage}\n`)
    process.exit(0)
  }
  try {
    return parseArgs(config)
  } catch (error) {
    return misused(usage, error instanceof Error ? error.message : String(error))
  }
}

export function misused(usage: string, why = ''): never {
  process.stderr.write(`${why === '' ? '' : `${why}\n`}${usage}\n`)
  process.exit(2)
}
