/**
 * The files of this repository as the checks see them: what git tracks or would track. Sources are parsed once, and
 * each check reads facts from the syntax tree, so that text in strings and comments never counts as code.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readFacts, type SourceFacts } from './facts.ts'

export type TextFile = { readonly path: string; readonly text: string }
export type SourceFile = TextFile & SourceFacts

export type Repository = {
  readonly root: string
  readonly files: readonly TextFile[]
  /** The TypeScript and JavaScript of packages, services and tools, without the shop of the demo. */
  readonly sources: readonly SourceFile[]
}

export const repositoryRoot = fileURLToPath(new URL('../../..', import.meta.url))

export function readRepository(root: string): Repository {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const paths = [...new Set(listed.split('\0'))].filter((path) => path !== '' && existsSync(join(root, path)))
  const files = paths.toSorted().map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
  return { root, files, sources: files.filter(isSource).map(parseSource) }
}

export function parseSource(file: TextFile): SourceFile {
  return { ...file, ...readFacts(file.path, file.text) }
}

/** Tests, and what only tests use, may do what shipped code may not. */
export function isTest(path: string): boolean {
  return /\.(test|props)\.ts$/.test(path) || /^(packages|services)\/[^/]+\/e2e\//.test(path)
}

export function isTestOrTesting(path: string): boolean {
  return isTest(path) || /^(packages|services)\/[^/]+\/src\/testing\//.test(path)
}

function isSource({ path }: TextFile): boolean {
  return /^(packages|services|tools)\/.*\.(ts|js|mjs)$/.test(path) && !path.startsWith('tools/fleet/shop/')
}
