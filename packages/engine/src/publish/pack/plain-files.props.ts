import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Manifest } from '@topsail/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { npmFiles, ordinaryFiles } from './file-list.ts'

const words = (text: string): string[] => text.split(' ')
const parts = [
  ...words('lib Lib src dist a.js B.js b.JS index.js index README.md readme.txt readme. README~ LICENSE license.md'),
  ...words('Licence.txt~ copying package.json CHANGELOG.md .hidden .env ünï.js [id] (group) {x,y} @scope build k'),
  'with space',
]
/** What npm treats in a way of its own, now and then. */
const specials = [
  ...words('.npmignore .gitignore .git CVS .npmrc .DS_Store ._a x.orig .a.swp node_modules package-lock.json'),
  ...words('yarn.lock npm-debug.log archived-packages config.gypi .lock-wscript st*r'),
]
const name = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(...parts) },
  { weight: 1, arbitrary: fc.constantFrom(...specials) },
)
const pathOf = (parts: fc.Arbitrary<string>) =>
  fc.array(parts, { minLength: 1, maxLength: 3 }).map((all) => all.join('/'))
const path = pathOf(name)
const usual = pathOf(fc.constantFrom('lib', 'Lib', 'src', 'dist', 'a.js', 'B.js', 'index.js', 'README.md', 'LICENSE'))
const listed = fc.oneof(
  { weight: 16, arbitrary: usual },
  { weight: 2, arbitrary: path },
  { weight: 2, arbitrary: usual.map((text) => `./${text}/`) },
  { weight: 1, arbitrary: fc.constantFrom('*.js', '!lib', 'lib/**', '', '.', './', '../x', '/dist', 'lib//a.js') },
)
const request = fc.record({
  files: fc.array(path, { minLength: 1, maxLength: 9 }),
  links: fc.array(path, { maxLength: 1 }),
  manifest: fc.record(
    {
      files: fc.array(listed, { maxLength: 4 }),
      main: fc.oneof(
        { weight: 6, arbitrary: usual },
        { weight: 1, arbitrary: path },
        { weight: 1, arbitrary: usual.map((text) => `./${text}`) },
        { weight: 1, arbitrary: usual.map((text) => `${text}/`) },
      ),
      browser: usual,
      bin: fc.oneof(usual, fc.dictionary(fc.constantFrom('one', 'two'), usual)),
    },
    { requiredKeys: [] },
  ),
  tool: fc.constantFrom('pnpm', 'pnpm', 'npm', 'bun', 'root'),
  ignoredAbove: fc.boolean(),
})

test('a package that seems ordinary is packed with the very files that npm packs', { timeout: 60_000 }, async () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'topsail-plain-')))
  let answered = 0
  let asked = 0
  const property = fc.asyncProperty(request, async ({ files, links, manifest, tool, ignoredAbove }) => {
    asked += 1
    const dir = join(root, String(asked), 'packages', 'one')
    make(dir, 'package.json', (at) => writeFileSync(at, JSON.stringify(manifest)))
    for (const file of files) make(dir, file, (at) => writeFileSync(at, 'x', { flag: 'wx' }))
    for (const link of links) make(dir, link, (at) => symlinkSync('package.json', at))
    if (ignoredAbove) writeFileSync(join(dir, '..', '.gitignore'), 'dist\n')
    const published = { name: 'one', version: '1.0.0', ...manifest } as Manifest
    const place = { dir, root: join(root, String(asked)), members: [dir] }
    const wanted = { ...place, manifest: published, source: published, tool } as const
    const plain = ordinaryFiles(wanted)
    if (plain === undefined) return
    answered += 1
    expect(plain.toSorted()).toEqual((await npmFiles(wanted)).toSorted())
  })
  try {
    await fc.assert(property, { numRuns: Number(process.env['TOPSAIL_PLAIN_RUNS'] ?? 120) })
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
  // A walk that never dares to answer would hold as well.
  expect(answered).toBeGreaterThan(asked / 8)
})

/** Whatever stands in the way stays. */
function make(dir: string, path: string, write: (at: string) => void): void {
  try {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    write(join(dir, path))
  } catch (error) {
    if (!['EEXIST', 'EISDIR', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
}
