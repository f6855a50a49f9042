/**
 * `pnpm crash`: explores every point of the memory world. `pnpm crash tell …` tells one story again, call by call.
 * `pnpm crash real [--runs N] [--races N] [--rollbacks N]`: kills real releases, lets real ones race, and takes some back.
 * Ends with 1 when anything went wrong.
 */
import { explore, parseStory, protocol, randomNumbers, releaseShapes, tell } from '@topsail/engine/testing'
import { misused, toolArguments } from '@topsail/engine/testing/tool-arguments'
import { runReal } from './real.ts'

const usage = `usage: pnpm crash [--shapes N] [--every N] [--pairs N] [--only TEXT]
       pnpm crash tell SHAPE resume|publish|rollback same|fresh [CALL:FATE...]
       pnpm crash real [--runs N] [--races N] [--rollbacks N] [--seed N]`

const options = {
  shapes: { type: 'string', default: '20' },
  every: { type: 'string', default: '1' },
  pairs: { type: 'string', default: '101' },
  only: { type: 'string', default: '' },
  runs: { type: 'string', default: '200' },
  races: { type: 'string', default: '40' },
  rollbacks: { type: 'string', default: '20' },
  seed: { type: 'string', default: '1' },
} as const

process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  const { values, positionals } = toolArguments(usage, { args: [...argv], options, allowPositionals: true })
  const numberOf = (name: Exclude<keyof typeof options, 'only'>): number => Number(values[name])
  const isWrong = Object.entries(values).some(([name, value]) => name !== 'only' && !Number.isInteger(Number(value)))
  const [command = 'explore', ...words] = positionals
  if (isWrong) return misused(usage)
  if (command === 'explore') {
    return exploreAll(numberOf('shapes'), numberOf('every'), numberOf('pairs'), values.only)
  }
  if (command === 'tell') return tellAgain(words)
  if (command === 'real') {
    const counts = { runs: numberOf('runs'), races: numberOf('races'), rollbacks: numberOf('rollbacks') }
    return runReal(counts, numberOf('seed'))
  }
  return misused(usage)
}

async function exploreAll(drawn: number, every: number, pairs: number, only: string): Promise<number> {
  const shapes = releaseShapes(randomNumbers(1), drawn)
  const began = performance.now()
  const result = await explore(shapes, protocol, { every, pairs, only }, (shape, points) => {
    console.log(`${String(points).padStart(8)} points  ${shape.name}`)
  })
  for (const failure of result.failures) console.log(`\n${failure}`)
  const seconds = Math.round((performance.now() - began) / 1000)
  console.log(`\n${result.points} points explored in ${seconds} s, ${result.failures.length} failures`)
  return result.failures.length === 0 ? 0 : 1
}

async function tellAgain(words: readonly string[]): Promise<number> {
  const parsed = parseStory(words)
  const shape = releaseShapes(randomNumbers(1), 100)[parsed?.shape ?? -1]
  if (parsed === undefined || shape === undefined) return misused(usage)
  const told = await tell(shape, parsed.story, protocol)
  console.log(shape.name)
  told.runs.forEach((calls, run) => {
    const fate = parsed.story.misfortunes[run]
    console.log(`\nrun ${run + 1}`)
    calls.forEach(({ what }, at) =>
      console.log(`${String(at + 1).padStart(5)}  ${what}${fate?.call === at + 1 ? `  <- ${fate.fate}` : ''}`),
    )
  })
  console.log(told.failures.length === 0 ? '\nall is well' : `\n${told.failures.join('\n')}`)
  return told.failures.length === 0 ? 0 : 1
}
