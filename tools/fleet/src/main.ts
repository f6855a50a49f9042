/**
 * `node tools/fleet/src/main.ts S|M|L|XL DIR [--seed N] [--merges]` writes a generated monorepo into an empty folder.
 */
import { existsSync, readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { sizes, type SizeName } from './shape.ts'
import { writeFleet } from './write.ts'

const usage = `usage: node tools/fleet/src/main.ts ${Object.keys(sizes).join('|')} DIR [--seed N] [--merges]`

process.exitCode = main(process.argv.slice(2))

function main(argv: readonly string[]): number {
  const options = { seed: { type: 'string', default: '1' }, merges: { type: 'boolean', default: false } } as const
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
  const [what, dir] = positionals
  if (what === undefined || dir === undefined || !isSizeName(what) || !/^\d+$/.test(values.seed)) {
    console.error(usage)
    return 2
  }
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    console.error(`${dir} is not empty`)
    return 1
  }
  const started = performance.now()
  const packages = writeFleet(dir, { size: what, seed: Number(values.seed), merges: values.merges })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${dir}: ${packages.length} packages, ${sizes[what].commits} commits, in ${seconds} s`)
  return 0
}

function isSizeName(name: string): name is SizeName {
  return Object.hasOwn(sizes, name)
}
