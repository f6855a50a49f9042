/**
 * The arrows between packages, over every real import: cli -> engine -> core, cli -> contracts -> core,
 * services -> engine, contracts, core, tools -> anything in packages; and nothing reaches into another package's
 * folder or, outside of tests, into its testing exports.
 */
import { posix } from 'node:path'
import { isTestOrTesting, type SourceFile } from '../source.ts'
import type { Check } from '../table.ts'

export const walls: Check = {
  name: 'walls',
  asks: 'does every import follow an arrow?',
  run: ({ sources }) => sources.flatMap(brokenWalls),
}

const arrows: Readonly<Record<string, readonly string[]>> = {
  'packages/core': [],
  'packages/contracts': ['@topsail/core'],
  'packages/engine': ['@topsail/core'],
  'packages/cli': ['@topsail/engine', '@topsail/contracts', '@topsail/core'],
  services: ['@topsail/engine', '@topsail/contracts', '@topsail/core'],
  tools: ['@topsail/engine', '@topsail/contracts', '@topsail/core', 'topsail'],
}

export function brokenWalls(file: SourceFile): readonly string[] {
  const [folder = '', name = ''] = file.path.split('/')
  const home = `${folder}/${name}`
  const allowed = arrows[home] ?? arrows[folder] ?? []
  const itself = home === 'packages/cli' ? 'topsail' : `@topsail/${name}`
  return file.imports.flatMap(({ what, line }) => {
    const reason = refusal(file.path, home, [...allowed, itself], what)
    return reason === undefined ? [] : [`${file.path}:${line} imports ${what}: ${reason}`]
  })
}

function refusal(path: string, home: string, allowed: readonly string[], specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(path), specifier)
    return target.startsWith(`${home}/`) ? undefined : `that is outside of ${home}`
  }
  if (specifier !== 'topsail' && !/^(@topsail|topsail)\//.test(specifier)) return undefined
  const [scope = '', name = ''] = specifier.split('/')
  const owner = scope === 'topsail' ? scope : `${scope}/${name}`
  if (!allowed.includes(owner)) return `there is no arrow from ${home} to ${owner}`
  const forTests = specifier.endsWith('/testing')
  return forTests && !isTestOrTesting(path) && !path.startsWith('tools/') ? 'only tests and tools may' : undefined
}
