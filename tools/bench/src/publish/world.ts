/**
 * What a publish meets: an empty registry in a process of its own, and on request a distance in front of it. The
 * outermost of the two notes the requests, as the client experiences them.
 */
import { fork, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npmrcFor } from '@topsail/engine/testing'
import { cleanEnvironment } from '../measure.ts'
import type { ServedRequest } from './recorder.ts'

export type World = {
  readonly url: string
  /** An `.npmrc` with the registry and a token. */
  readonly userconfig: string
  /** Answered since the last call. */
  requests(): Promise<readonly ServedRequest[]>
  close(): Promise<void>
}

/**
 * `distance` in milliseconds, for every request; 0 leaves the registry where it is. `before`: a folder of tarballs of
 * which an earlier version is there.
 */
export async function openWorld(distance: number, before?: string): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), 'topsail-bench-world-'))
  const registry = start('registry-process.ts', [])
  const { url, token } = await answerOf<{ url: string; token: string }>(registry)
  if (before !== undefined) {
    const userconfig = join(folder, 'npmrc-before')
    writeFileSync(userconfig, npmrcFor(url, token))
    const filler = start('floor-process.ts', [before, userconfig, '16', '0.0.1'])
    await new Promise((resolve) => filler.once('exit', resolve))
    registry.send('requests')
    await answerOf(registry)
  }
  const far = distance === 0 ? undefined : start('distance-process.ts', [url, String(distance)])
  const outermost = far === undefined ? url : (await answerOf<{ url: string }>(far)).url
  const userconfig = join(folder, 'npmrc')
  writeFileSync(userconfig, npmrcFor(outermost, token))
  return {
    url: outermost,
    userconfig,
    requests() {
      const asked = far ?? registry
      asked.send('requests')
      return answerOf(asked)
    },
    async close() {
      await Promise.all([registry, far].filter((child) => child !== undefined).map(end))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function start(script: string, args: readonly string[]): ChildProcess {
  const env = cleanEnvironment()
  const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const
  return fork(fileURLToPath(new URL(script, import.meta.url)), args, { env, execArgv: [], stdio: [...stdio] })
}

function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (): void => reject(new Error('the registry of the benchmark ended'))
    child.once('exit', ended)
    child.once('message', (answer) => {
      child.off('exit', ended)
      resolve(answer as Answer)
    })
  })
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.disconnect()
  })
}
