/**
 * `pnpm bench plan` and `pnpm bench publish`: Topsail and its peers side by side. `pnpm bench bot`: load on the bot.
 * Ends with 1 when a target of the run is not met.
 */
const benches: Readonly<Record<string, () => Promise<(argv: readonly string[]) => Promise<number>>>> = {
  plan: async () => (await import('./plan.ts')).benchPlan,
  publish: async () => (await import('./publish/bench.ts')).benchPublish,
  bot: async () => (await import('./bot.ts')).benchBot,
}

const [name = '', ...argv] = process.argv.slice(2)
const usage = `usage: pnpm bench ${Object.keys(benches).join('|')} [options], and --help for those of each`
const isHelp = ['--help', '-h'].includes(name)
const bench = Object.hasOwn(benches, name) ? await benches[name]?.() : undefined
if (isHelp) console.log(usage)
else if (bench === undefined) console.error(usage)
process.exitCode = isHelp ? 0 : ((await bench?.(argv)) ?? 2)
