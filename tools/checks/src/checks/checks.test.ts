import { expect, test } from 'vitest'
import { parseSource, type SourceFile } from '../source.ts'
import { strayEffects } from './effects.ts'
import { hostNames } from './lockfile.ts'
import { impurities } from './purity.ts'
import { silencedTests } from './skipped.ts'
import { brokenWalls } from './walls.ts'
import { forbiddenWords } from './words.ts'

const source = (path: string, text: string): SourceFile => parseSource({ path, text })

const wallCases: readonly (readonly [path: string, specifier: string, broken: boolean])[] = [
  ['packages/cli/src/a.ts', '@topsail/engine', false],
  ['packages/cli/src/a.ts', '@topsail/core', false],
  ['packages/engine/src/a.ts', '@topsail/core', false],
  ['tools/bench/src/a.ts', '@topsail/engine/testing', false],
  ['packages/engine/src/a.test.ts', '@topsail/core/testing', false],
  ['packages/core/src/a.ts', 'semver', false],
  ['packages/core/src/read/a.ts', '../b.ts', false],
  ['packages/core/src/a.ts', '@topsail/engine', true],
  ['packages/engine/src/a.ts', 'topsail', true],
  ['packages/engine/src/a.ts', '@topsail/contracts', true],
  ['packages/engine/src/a.ts', '@topsail/core/testing', true],
  ['packages/engine/src/a.ts', '../../core/src/plan.ts', true],
  ['services/bot/src/a.ts', '@topsail/engine', false],
  ['services/bot/src/testing/a.ts', '@topsail/engine/testing', false],
  ['services/bot/e2e/a.test.ts', '@topsail/engine/testing', false],
  ['services/bot/src/a.ts', '@topsail/engine/testing', true],
  ['services/bot/src/a.ts', 'topsail', true],
  ['packages/engine/src/a.ts', '@topsail/bot', true],
  ['tools/bench/src/a.ts', '@topsail/tool-fleet', true],
]

test.each(wallCases)('%s may import %s: broken is %s', (path, specifier, broken) => {
  for (const text of [`import '${specifier}'`, `export * from '${specifier}'`, `await import('${specifier}')`]) {
    expect(brokenWalls(source(path, text)).length > 0).toBe(broken)
  }
})

test('an import in a string or a comment is none', () => {
  expect(
    brokenWalls(source('packages/core/src/a.ts', "// import '@topsail/engine'\nexport const a = `import 'topsail'`")),
  ).toEqual([])
})

test('core uses no clock, no chance and no Node, on the line that is named', () => {
  const text = "import { x } from 'node:fs'\nexport const a = [Date.now(), Math.random(), new Date(), new Date(0), x]\n"
  expect(impurities(source('packages/core/src/a.ts', text))).toEqual([
    'packages/core/src/a.ts:1 uses node:fs',
    'packages/core/src/a.ts:2 uses Date.now',
    'packages/core/src/a.ts:2 uses Math.random',
    'packages/core/src/a.ts:2 uses new Date()',
  ])
  expect(impurities(source('packages/engine/src/a.ts', text))).toEqual([])
})

test('a process ends in main alone, and programs start in adapters alone', () => {
  const text = "import { execa } from 'execa'\nexport const end = () => process.exit(execa.length)\n"
  expect(strayEffects(source('packages/engine/src/read/a.ts', text))).toHaveLength(2)
  expect(strayEffects(source('packages/cli/src/main.ts', 'process.exit(0)'))).toEqual([])
  expect(strayEffects(source('packages/engine/src/adapters/git.ts', "import 'execa'"))).toEqual([])
  expect(strayEffects(source('packages/engine/src/a.test.ts', text))).toEqual([])
  expect(strayEffects(source('services/bot/src/main.ts', 'process.exit(0)'))).toEqual([])
  expect(strayEffects(source('services/bot/src/sandbox/a.ts', "import 'node:child_process'"))).toEqual([])
  expect(strayEffects(source('services/bot/src/answer.ts', "import 'node:child_process'"))).toHaveLength(1)
})

test('what a release does to the world is done by the drive loop alone', () => {
  const text = "import { publish } from 'libnpmpublish'\nexport const go = (effects) => effects.upload(publish)\n"
  expect(strayEffects(source('packages/engine/src/publish/plan.ts', text))).toHaveLength(2)
  expect(strayEffects(source('packages/engine/src/publish/drive.ts', 'effects.push(1)'))).toEqual([])
  expect(strayEffects(source('packages/engine/src/publish/registry.ts', "import 'libnpmpublish'"))).toEqual([])
})

test('a skipped test says why', () => {
  const silenced = (text: string): number => silencedTests(source('packages/core/src/a.test.ts', text)).length
  expect(silenced("test.only('a', () => {})")).toBe(1)
  expect(silenced("test.skip('a', () => {})")).toBe(1)
  expect(silenced("// Windows has no symbolic links.\ntest.skip('a', () => {})")).toBe(0)
  expect(silenced("test.skipIf(process.platform === 'win32')('a', () => {})")).toBe(0)
})

test('unfinished work and paths of one machine are found', () => {
  const found = (text: string): number => forbiddenWords({ path: 'docs/a.md', text }).length
  // Put together here, so that this file passes the check itself.
  expect(found(`// ${'TO'}DO later`)).toBe(1)
  expect(found(`see ${'/ho'}me/somebody/topsail`)).toBe(1)
  expect(found('see https://example.org/home/somebody/topsail')).toBe(0)
  expect(found('todos are listed in services/work/list.ts')).toBe(0)
})

test('a lockfile that names a host is found', () => {
  expect(hostNames('resolution: {integrity: sha512-abc}\n')).toEqual([])
  expect(hostNames('resolution: {tarball: https://registry.example/a.tgz}\n')).toHaveLength(1)
})
