/**
 * `pnpm demo`: a shop with history is written into a temporary folder, a real npm registry starts, and the real
 * `topsail` plans, explains, versions and publishes, is killed in the middle, resumed from another clone, and rolled
 * back, while somebody watches that `latest` never leads to a broken set. A service is installed from that registry.
 * Nothing outside the folder is touched, and the folder is removed at the end unless `--keep` is given. The exit code
 * is 0 only when every step did what it says.
 */
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startRegistry, type TestRegistry } from '@topsail/engine/testing'
import { toolArguments } from '@topsail/engine/testing/tool-arguments'
import { playActs } from './demo-acts.ts'
import { openStage, type Stage } from './stage.ts'

const { values } = toolArguments('usage: pnpm demo [--keep]', {
  options: { keep: { type: 'boolean', default: false } },
})
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'topsail-demo-')))
// Whatever anybody below writes into the temporary folder of the machine goes with this one.
for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder
const stage = openStage((text) => process.stdout.write(text), wantsColours())
process.stdout.on('error', () => {})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(130))

try {
  await playDemo(stage, folder)
  end(0)
} catch (error) {
  stage.note(`The demo stopped: ${error instanceof Error ? error.message : String(error)}`)
  end(1)
}

async function playDemo(stage: Stage, folder: string): Promise<void> {
  const started = performance.now()
  stage.title('Topsail releases a shop of services')
  const registry = await startRegistry()
  try {
    await playActs({ stage, folder, shop: join(folder, 'shop'), env: environment(folder, registry), registry })
  } finally {
    await registry.close()
  }
  stage.note(`\nAll of it took ${((performance.now() - started) / 1000).toFixed(0)} s.`)
}

/** What the machine's own settings would change is left out, so that the demo is the same everywhere. */
function environment(folder: string, registry: TestRegistry): Record<string, string | undefined> {
  const home = join(folder, 'home')
  mkdirSync(home)
  const dropped = /^(npm_|pnpm_|git_|topsail_|node_options$|node_auth_token$)/i
  const kept = Object.entries(process.env).filter(([name]) => !dropped.test(name))
  const colours = wantsColours() ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }
  return {
    ...Object.fromEntries(kept),
    ...colours,
    HOME: home,
    USERPROFILE: home,
    GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    NPM_CONFIG_USERCONFIG: registry.userconfig,
    npm_config_cache: join(folder, 'npm-cache'),
  }
}

function wantsColours(): boolean {
  return process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
}

function end(code: number): never {
  if (values.keep) stage.note(`Kept for you to look at: ${folder} (${readdirSync(folder).join(', ')})`)
  else rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  process.exit(code)
}
