import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { globSync } from 'tinyglobby'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { diskFiles } from '../adapters/disk-files.ts'
import { createFolder, type WorkspaceFolder } from '../testing/workspace-folder.ts'
import { expandMemberGlobs } from './member-globs.ts'

const runs = Number(process.env['TOPSAIL_RUNS'] ?? 300)

let folder: WorkspaceFolder
beforeAll(() => {
  folder = createFolder({})
  for (const dir of [
    'a/a',
    'a/b/c',
    'b/a/test',
    'b/c',
    '.h/a',
    'a/.h',
    'a/node_modules/a',
    'a-b/x',
    'c',
    'a/b/node_modules/b',
  ]) {
    mkdirSync(join(folder.root, dir), { recursive: true })
  }
})
afterAll(() => folder.close())

const segment = fc.constantFrom(
  'a',
  'b',
  'c',
  '*',
  '**',
  'a*',
  '?',
  '[ab]',
  '{a,b}',
  '@(a|b)',
  'test',
  '*-b',
  '{a,b/c}',
  '+(a)',
)
const segments = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
const glob = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom('', './'), segments, fc.constantFrom('', '/')).map((parts) => parts.join('')),
  },
  { weight: 1, arbitrary: segments.map((pattern) => `!${pattern}/**`) },
)

test('globs name the folders that the library of the package managers finds', () => {
  const files = diskFiles(folder.root)
  fc.assert(
    fc.property(fc.array(glob, { minLength: 1, maxLength: 4 }), (globs) => {
      const options = { cwd: folder.root, onlyDirectories: true, ignore: ['**/node_modules'], expandDirectories: false }
      // A name without a glob is taken at its word, and looked for when its manifest is read.
      const isThere = (dir: string): boolean => files.look(dir).kind === 'directory'
      const wanted = globSync(globs, options).map((dir) => dir.replace(/\/\.?$/, ''))
      expect(expandMemberGlobs(files, globs).dirs.filter(isThere)).toEqual(wanted.filter(isThere).toSorted())
    }),
    { numRuns: runs },
  )
})
