/**
 * One case on a stage of its own: four packages of which an earlier version is out, a registry behind a proxy, and a
 * bare remote. The tool publishes while the fault lasts, and once more when it is gone.
 */
import { spawn } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import {
  createRepository,
  npmrcFor,
  type FaultProxy,
  type TestRegistry,
  type TestRepository,
} from '@topsail/engine/testing'
import { cleanEnvironment, type Command } from '../measure.ts'
import type { FaultRule } from '@topsail/engine/testing'
import type { Tool } from './tools.ts'

/** b needs a, c needs b; d needs nobody. */
const needs: Readonly<Record<string, readonly string[]>> = { a: [], b: ['a'], c: ['b'], d: [] }
const version = '1.1.0'

export type State = {
  /** Of the four. */
  readonly live: number
  readonly tags: number
  /** Every `latest` can be installed. */
  readonly sound: boolean
  /** Nothing else leads anywhere. */
  readonly tidy: boolean
}

export type Ended = {
  readonly code: number | 'too long'
  readonly state: State
  readonly seconds: number
  readonly output: string
}

export type Stage = {
  readonly struck: string
  publish(): Promise<Ended>
  close(): Promise<void>
}

export type StageOptions = {
  readonly tool: Tool
  readonly before: Tool
  readonly scope: string
  readonly registry: TestRegistry
  readonly proxy: FaultProxy
  readonly limitSeconds: number
}

export async function setStage(options: StageOptions): Promise<Stage> {
  const { tool, before, scope, registry, proxy } = options
  const repository = await createRepository({
    'package.json': { name: 'stage', private: true, packageManager: 'pnpm@12.21.0' },
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    '.changeset/config.json': { baseBranch: 'main', access: 'public' },
    // The same patience with a silent registry for everybody.
    '.npmrc': `${npmrcFor(proxy.url, registry.token)}fetch-timeout=3000\n`,
    '.gitignore': 'node_modules\n.nx\n',
    ...tool.files,
    ...packagesAt(scope, '1.0.0'),
  })
  if (tool.modules !== undefined) await symlink(tool.modules, join(repository.root, 'node_modules'))
  const first = await run(before.publish(repository.root), 60)
  if (first.code !== 0) throw new Error(`the stage cannot be set: ${first.output}`)
  await repository.write(packagesAt(scope, version))
  await repository.commit(`chore: version ${version}`)
  return {
    struck: `${scope}/b`,
    async publish() {
      const ended = await run(tool.publish(repository.root), options.limitSeconds)
      return { ...ended, state: await stateOf(scope, registry, repository) }
    },
    close: () => repository.close(),
  }
}

export function strike(proxy: FaultProxy, rules: readonly FaultRule[]): void {
  proxy.clear()
  for (const rule of rules) proxy.add(rule)
}

function packagesAt(scope: string, at: string): Record<string, object | string> {
  return Object.fromEntries(
    Object.entries(needs).flatMap(([short, others]): readonly (readonly [string, object | string])[] => {
      const dependencies = Object.fromEntries(others.map((other) => [`${scope}/${other}`, 'workspace:^']))
      const manifest = { name: `${scope}/${short}`, version: at, main: 'index.js', dependencies }
      return [
        [`packages/${short}/package.json`, manifest],
        [`packages/${short}/index.js`, `exports.version = '${at}'\n`],
      ]
    }),
  )
}

async function stateOf(scope: string, registry: TestRegistry, repository: TestRepository): Promise<State> {
  const entries = await Promise.all(
    Object.keys(needs).map(async (short) => [short, await registry.packument(`${scope}/${short}`)] as const),
  )
  const packuments = new Map(entries)
  const latestOf = (short: string): string | undefined => packuments.get(short)?.['dist-tags']['latest']
  const isSound = ([short, others]: readonly [string, readonly string[]]): boolean =>
    latestOf(short) !== version || others.every((other) => packuments.get(other)?.versions[version] !== undefined)
  const tags = await repository.git('tag', '--list', `*@${version}`)
  return {
    live: Object.keys(needs).filter((short) => latestOf(short) === version).length,
    tags: tags.split('\n').filter((tag) => tag !== '').length,
    sound: Object.entries(needs).every(isSound),
    tidy: [...packuments.values()].every((packument) => Object.keys(packument?.['dist-tags'] ?? {}).length === 1),
  }
}

function run(command: Command, limitSeconds: number): Promise<Omit<Ended, 'state'>> {
  const began = performance.now()
  const child = spawn(command.file, command.args, {
    cwd: command.cwd,
    env: { ...cleanEnvironment(), ...command.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  let isTooLong = false
  const timer = setTimeout(() => {
    isTooLong = true
    if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL')
  }, limitSeconds * 1000)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => {
      clearTimeout(timer)
      const seconds = (performance.now() - began) / 1000
      const output = Buffer.concat(chunks).toString('utf8')
      resolve({ code: isTooLong || code === null ? 'too long' : code, seconds, output })
    })
  })
}
