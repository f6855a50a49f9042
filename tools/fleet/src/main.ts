/**
 * `node tools/fleet/src/main.ts S|M|L|XL|COUNT|shop DIR [--seed N] [--merges]` writes a monorepo into an empty folder:
 * a generated one of that size, one of so many packages with a short history, or the small shop whose services run.
 */
import { existsSync, readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeShop } from './shop.ts'
import { sizes, type FleetSize, type SizeName } from './shape.ts'
import { writeFleet } from './write.ts'

const usage = `usage: node tools/fleet/src/main.ts ${Object.keys(sizes).join('|')}|COUNT|shop DIR [--seed N] [--merges]`

process.exitCode = main(process.argv.slice(2))

function main(argv: readonly string[]): number {
  const options = { seed: { type: 'string', default: '1' }, merges: { type: 'boolean', default: false } } as const
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
  const [what, dir] = positionals
  const size = sizeOf(what)
  if (dir === undefined || (what !== 'shop' && size === undefined) || !/^\d+$/.test(values.seed)) {
    console.error(usage)
    return 2
  }
  if (existsSync(dir) && readdirSync(dir).length > 0) {
    console.error(`${dir} is not empty`)
    return 1
  }
  const started = performance.now()
  const seed = Number(values.seed)
  const packages = size === undefined ? writeShop(dir) : writeFleet(dir, { size, seed, merges: values.merges })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${dir}: ${packages.length} packages in ${seconds} s`)
  return 0
}

function sizeOf(what = ''): FleetSize | undefined {
  if (Object.hasOwn(sizes, what)) return sizes[what as SizeName]
  return /^[1-9]\d*$/.test(what) ? { packages: Number(what), commits: 50, changesets: 0 } : undefined
}
