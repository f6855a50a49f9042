/**
 * Formats written changelogs with the repository's own formatter, found as Changesets finds it: by configuration first,
 * then by installation, nearest folder first. Only what is installed in the repository runs; nothing is downloaded. A
 * formatter that is missing or fails leaves well-formed changelogs, and a warning.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Path, Problem, Settings } from '@topsail/core'
import { runProgram } from '../adapters/program.ts'

export type FormatterName = Exclude<Settings['format'], 'auto' | false>

export async function formatFiles(
  root: string,
  format: Settings['format'],
  files: readonly Path[],
  stop?: AbortSignal,
): Promise<readonly Problem[]> {
  const name = format === 'auto' ? detectFormatter(root) : format
  if (name === false || name === undefined || files.length === 0) return []
  const program = findProgram(root, name)
  if (program === undefined) return [{ code: 'FORMATTER_MISSING', severity: 'warning', formatter: name }]
  for (const batch of batches(files)) {
    const args = [...formatters[name].args, ...batch.map((file) => `./${file}`)]
    const answer = await runProgram({ file: program, args, cwd: root, stop })
    if (answer.kind === 'missing') return [{ code: 'FORMATTER_MISSING', severity: 'warning', formatter: name }]
    if (answer.kind === 'failed') {
      return [{ code: 'FORMATTER_FAILED', severity: 'warning', formatter: name, detail: lastLines(answer.output) }]
    }
  }
  return []
}

/** Which formatter `auto` means; biome cannot format markdown and never is. */
export function detectFormatter(root: string): FormatterName | undefined {
  const folders = foldersUpwards(root)
  for (const folder of folders) {
    const configured = detectOrder.find((name) => isConfigured(folder, formatters[name]))
    if (configured !== undefined) return configured
  }
  for (const folder of folders) {
    const installed = detectOrder.find((name) => {
      const { package: installedAs } = formatters[name]
      return installedAs !== undefined && existsSync(join(folder, 'node_modules', installedAs))
    })
    if (installed !== undefined) return installed
  }
  return undefined
}

type Formatter = {
  /** Undefined: not a package of npm. */
  readonly package: string | undefined
  readonly configs: readonly string[]
  /** A key of a JSON file that is a configuration too. */
  readonly configKey?: readonly [file: string, key: string]
  readonly args: readonly string[]
}

const prettierConfigs = ['js', 'ts', 'mjs', 'mts', 'cjs', 'cts'].flatMap((extension) => [
  `.prettierrc.${extension}`,
  `prettier.config.${extension}`,
])

const formatters: Record<FormatterName, Formatter> = {
  dprint: {
    package: 'dprint',
    configs: ['dprint.json', 'dprint.jsonc', '.dprint.json', '.dprint.jsonc'],
    args: ['fmt', '--allow-no-files'],
  },
  deno: { package: undefined, configs: ['deno.json', 'deno.jsonc'], args: ['fmt', '--permit-no-files'] },
  oxfmt: {
    package: 'oxfmt',
    configs: ['.oxfmtrc.json', '.oxfmtrc.jsonc', 'oxfmt.config.ts', 'oxfmt.config.mts'],
    args: ['--write', '--no-error-on-unmatched-pattern'],
  },
  prettier: {
    package: 'prettier',
    configs: ['', '.json', '.yml', '.yaml', '.json5', '.toml']
      .map((end) => `.prettierrc${end}`)
      .concat(prettierConfigs),
    configKey: ['package.json', 'prettier'],
    args: ['--write', '--no-error-on-unmatched-pattern'],
  },
  biome: {
    package: '@biomejs/biome',
    configs: ['biome.json', 'biome.jsonc', '.biome.json', '.biome.jsonc'],
    args: ['format', '--write', '--no-errors-on-unmatched'],
  },
}

const detectOrder: readonly FormatterName[] = ['dprint', 'deno', 'oxfmt', 'prettier']

function isConfigured(folder: string, { configs, configKey }: Formatter): boolean {
  if (configs.some((file) => existsSync(join(folder, file)))) return true
  if (configKey === undefined) return false
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, configKey[0]), 'utf8'))
    return typeof value === 'object' && value !== null && Object.hasOwn(value, configKey[1])
  } catch {
    return false
  }
}

function findProgram(root: string, name: FormatterName): string | undefined {
  // deno is a program of the machine, found on the path.
  if (name === 'deno') return name
  const file = process.platform === 'win32' ? `${name}.cmd` : name
  return foldersUpwards(root)
    .map((folder) => join(folder, 'node_modules', '.bin', file))
    .find((path) => existsSync(path))
}

/** From the workspace root to the root of the repository, which is never left. */
function foldersUpwards(root: string): string[] {
  const folders: string[] = []
  for (let folder = root; ; folder = dirname(folder)) {
    folders.push(folder)
    if (existsSync(join(folder, '.git')) || dirname(folder) === folder) break
  }
  return folders.some((folder) => existsSync(join(folder, '.git'))) ? folders : folders.slice(0, 1)
}

/** Windows takes command lines of 32,767 characters. */
function batches(files: readonly Path[]): readonly (readonly Path[])[] {
  const all: Path[][] = []
  let size = Infinity
  for (const file of files) {
    size += file.length + 3
    if (size > 24_000) {
      all.push([])
      size = file.length + 3
    }
    all.at(-1)?.push(file)
  }
  return all
}

function lastLines(output: string): string {
  return output.split('\n').slice(-5).join(' ').slice(0, 500)
}
