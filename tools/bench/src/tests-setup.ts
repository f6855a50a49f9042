/**
 * Before the tests: a folder in memory for what they write; the command as users install it, for those that start it in
 * processes of their own, several times as fast as its sources; and a process that holds the registries of all test files.
 */
import { fork } from 'node:child_process'
import { folderInMemory } from './tests-folder.ts'
import { installTopsail } from './topsail.ts'

export default async function setup(): Promise<() => Promise<void>> {
  process.env['TOPSAIL_BIN'] = installTopsail()
  const folder = folderInMemory()
  if (folder) {
    process.env['TMPDIR'] = folder.path
    // pnpm would put its store at the root of the disk that it installs on.
    for (const name of ['npm_config_store_dir', 'pnpm_config_store_dir'])
      process.env[name] = `${folder.path}/pnpm-store`
  }
  const host = fork(new URL('../../../packages/engine/src/testing/registry-host.ts', import.meta.url))
  process.env['TOPSAIL_REGISTRY_HOST'] = await new Promise<string>((resolve, reject) => {
    host.once('message', (url) => resolve(String(url)))
    host.once('error', reject)
    host.once('exit', (code) => reject(new Error(`the process that holds the registries ended with ${code}`)))
  })
  return async () => {
    const ended = new Promise((resolve) => host.once('exit', resolve))
    host.disconnect()
    await ended
    folder?.remove()
  }
}
