/**
 * `node tools/fleet/src/main.ts S|M|L|XL|COUNT|shop DIR [--seed N] [--merges]` writes a monorepo into an empty folder:
 * a generated one of that size, one of so many packages with a short history, or the small shop whose services run.
 */
import { readdirSync, statSync } from 'node:fs'
import { toolArguments } from '@topsail/engine/testing/tool-arguments'
import { writeShop } from './shop.ts'
import { sizes, type FleetSize, type SizeName } from './shape.ts'
import { writeFleet } from './write.ts'

const usage = `usage: node tools/fleet/src/main.ts ${Object.keys(sizes).join('|')}|COUNT|shop DIR [--seed N] [--merges]`

process.exitCode = main(process.argv.slice(2))

function main(argv: readonly string[]): number {
  const asked = readArguments(argv)
  if (typeof asked === 'string') {
    console.error(`${asked}\n${usage}`)
    return 2
  }
  const { size, dir, seed, merges } = asked
  const stats = statSync(dir, { throwIfNoEntry: false })
  if (stats !== undefined && (!stats.isDirectory() || readdirSync(dir).length > 0)) {
    console.error(`${dir} is ${stats.isDirectory() ? 'not empty' : 'not a folder'}`)
    return 1
  }
  const started = performance.now()
  const packages = size === undefined ? writeShop(dir) : writeFleet(dir, { size, seed, merges })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  console.log(`${dir}: ${packages.length} packages in ${seconds} s`)
  return 0
}

type Asked = {
  /** Undefined: the shop. */
  readonly size: FleetSize | undefined
  readonly dir: string
  readonly seed: number
  readonly merges: boolean
}

/** A sentence when they cannot be understood. */
function readArguments(argv: readonly string[]): Asked | string {
  const options = { seed: { type: 'string', default: '1' }, merges: { type: 'boolean', default: false } } as const
  const { values, positionals } = toolArguments(usage, { args: [...argv], options, allowPositionals: true })
  const [what, dir, ...others] = positionals
  const size = sizeOf(what)
  if (what === undefined || dir === undefined) return 'a size and a folder are needed'
  if (others.length > 0) return `one folder at a time: ${JSON.stringify(others[0])} is too many`
  if (what !== 'shop' && size === undefined) return `${JSON.stringify(what)} is no size`
  if (!/^\d{1,9}$/.test(values.seed)) return `--seed is a whole number, not ${JSON.stringify(values.seed)}`
  return { size, dir, seed: Number(values.seed), merges: values.merges }
}

function sizeOf(what = ''): FleetSize | undefined {
  if (Object.hasOwn(sizes, what)) return sizes[what as SizeName]
  return /^[1-9]\d*$/.test(what) ? { packages: Number(what), commits: 50, changesets: 0 } : undefined
}
