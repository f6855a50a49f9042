/**
 * What `main.ts` is asked for and does: arguments that are understood or refused with the usage, folders that are never
 * written over.
 */
import { readdirSync, statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeShop } from './shop.ts'
import { sizes, type FleetSize, type SizeName } from './shape.ts'
import { writeFleet } from './write.ts'

const usage = `usage: node tools/fleet/src/main.ts ${Object.keys(sizes).join('|')}|COUNT|shop DIR [--seed N] [--merges]`

/** Writes what the arguments ask for. `text` is for standard output where `code` is 0, else for standard error. */
export function runFleet(argv: readonly string[]): { readonly code: number; readonly text: string } {
  if (argv.includes('--help') || argv.includes('-h')) return { code: 0, text: usage }
  const asked = readArguments(argv)
  if (typeof asked === 'string') return { code: 2, text: `${asked}\n${usage}` }
  const { size, dir, seed, merges } = asked
  const stats = statSync(dir, { throwIfNoEntry: false })
  if (stats !== undefined && (!stats.isDirectory() || readdirSync(dir).length > 0)) {
    return { code: 1, text: `${dir} is ${stats.isDirectory() ? 'not empty' : 'not a folder'}` }
  }
  const started = performance.now()
  const packages = size === undefined ? writeShop(dir) : writeFleet(dir, { size, seed, merges })
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  return { code: 0, text: `${dir}: ${packages.length} packages in ${seconds} s` }
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
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true })
    const [what, dir, ...others] = positionals
    const size = sizeOf(what)
    if (what === undefined || dir === undefined) return 'a size and a folder are needed'
    if (others.length > 0) return `one folder at a time: ${JSON.stringify(others[0])} is too many`
    if (what !== 'shop' && size === undefined) return `${JSON.stringify(what)} is no size`
    if (!/^\d{1,9}$/.test(values.seed)) return `--seed is a whole number, not ${JSON.stringify(values.seed)}`
    return { size, dir, seed: Number(values.seed), merges: values.merges }
  } catch (error) {
    // What `parseArgs` throws says which option it is, and nothing else.
    return error instanceof Error ? error.message : String(error)
  }
}

function sizeOf(what = ''): FleetSize | undefined {
  if (Object.hasOwn(sizes, what)) return sizes[what as SizeName]
  return /^[1-9]\d*$/.test(what) ? { packages: Number(what), commits: 50, changesets: 0 } : undefined
}
