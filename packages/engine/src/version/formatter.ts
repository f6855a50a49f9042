/**
 * Formats written changelogs with the repository's own formatter, found as Changesets finds it: by configuration first,
 * then by installation, nearest folder first. Changesets 2 knows prettier alone, looks at nothing but its configuration,
 * and brings a copy along. Only what is installed in the repository runs; nothing is downloaded. A formatter that is
 * missing or fails leaves well-formed changelogs, and a warning.
 */
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Path, Problem, Settings } from '@topsail/core'
import { runProgram } from '../adapters/program.ts'
import { foldersUpwards, installCommandFor } from './missing-package.ts'

export type FormatterName = Exclude<Settings['format'], 'auto' | false>

/** Looked for when it is first asked for, and once. */
export type Formatting = {
  readonly settings: FormatSettings
  readonly choice: () => Choice | undefined
}

type FormatSettings = Pick<Settings, 'format' | 'rules'>

type Choice = {
  readonly name: FormatterName
  /** Undefined: it is configured, but not installed. */
  readonly program: { readonly file: string; readonly args: readonly string[] } | undefined
}

export function formattingOf(root: string, settings: FormatSettings): Formatting {
  let found: { readonly choice: Choice | undefined } | undefined
  return {
    settings,
    choice: () => {
      found ??= { choice: chooseFormatter(root, settings) }
      return found.choice
    },
  }
}

export async function formatFiles(
  root: string,
  formatting: Formatting,
  files: readonly Path[],
  stop?: AbortSignal,
): Promise<readonly Problem[]> {
  if (files.length === 0) return []
  const choice = formatting.choice()
  if (choice === undefined) return []
  const { name, program } = choice
  if (program === undefined) return [missing(root, name)]
  for (const batch of batches(files)) {
    const args = [...program.args, ...batch.map((file) => `./${file}`)]
    const answer = await runProgram({ file: program.file, args, cwd: root, stop })
    if (answer.kind === 'missing') return [missing(root, name)]
    if (answer.kind === 'failed') {
      return [{ code: 'FORMATTER_FAILED', severity: 'warning', formatter: name, detail: lastLines(answer.output) }]
    }
  }
  return []
}

function missing(root: string, formatter: FormatterName): Problem {
  const { package: declaredAs } = formatters[formatter]
  const install = declaredAs === undefined ? undefined : installCommandFor(root, declaredAs)
  return { code: 'FORMATTER_MISSING', severity: 'warning', formatter, install }
}

/** Changesets 2 would format here, and nothing is there to do it. */
export function isLeftUnformatted({ settings: { rules, format }, choice }: Formatting): boolean {
  if (rules !== 'changesets@2' || format === false) return false
  return choice()?.program === undefined
}

function chooseFormatter(root: string, { format, rules }: FormatSettings): Choice | undefined {
  if (format === 'auto' && rules === 'changesets@2') {
    const program = prettierOfChangesets2(root)
    return program === undefined ? undefined : { name: 'prettier', program }
  }
  const name = format === 'auto' ? detectFormatter(root) : format
  if (name === false || name === undefined) return undefined
  const file = findProgram(root, name)
  return { name, program: file === undefined ? undefined : { file, args: formatters[name].args } }
}

/** It asks the library, which reads neither `.prettierignore` nor `.editorconfig`. */
const asLibrary = [
  '--write',
  '--no-error-on-unmatched-pattern',
  '--parser',
  'markdown',
  '--no-editorconfig',
  '--with-node-modules',
  '--ignore-path',
  join('.changeset', '.nothing-is-ignored'),
]

/** The prettier of the repository, else the copy that came with an installed Changesets 2. */
function prettierOfChangesets2(root: string): Choice['program'] {
  const own = findProgram(root, 'prettier')
  if (own !== undefined) return { file: own, args: asLibrary }
  const cli = foldersUpwards(root)
    .map((folder) => join(folder, 'node_modules/@changesets/cli/package.json'))
    .find((path) => existsSync(path))
  if (cli === undefined) return undefined
  try {
    const applying = createRequire(realpathSync(cli)).resolve('@changesets/apply-release-plan/package.json')
    const manifest = createRequire(applying).resolve('prettier/package.json')
    const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin?: string | { prettier?: string } }
    const script = typeof bin === 'string' ? bin : bin?.prettier
    if (typeof script !== 'string') return undefined
    return { file: process.execPath, args: [join(dirname(manifest), script), ...asLibrary] }
  } catch {
    return undefined
  }
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
