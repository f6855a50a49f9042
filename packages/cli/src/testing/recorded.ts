/**
 * Recorded releases as workspaces with a history, for tests that run Changesets and Topsail side by side: each changeset
 * comes in a commit of its own, and changelogs are there already, in every form that people leave them in.
 */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { makeWorkspace, type TestWorkspace } from './workspace.ts'

export type RecordedCase = {
  readonly id: string
  readonly files: Readonly<Record<string, string>>
  readonly lockfiles?: readonly string[]
  readonly after: Readonly<Record<string, string>>
  readonly peersManifests?: { readonly [generation in Generation]?: { readonly bytes: boolean } }
}

export type Generation = 'v2' | 'v3'

const replay = join(import.meta.dirname, '../../../../../shared/replay')

/**
 * From every repository cases in which this generation wrote the recorded bytes, spread over them evenly: `each` of those
 * without pre mode, `each` of those with it. Empty where the recordings are absent.
 */
export async function recordedCases(generation: Generation, each: number): Promise<readonly RecordedCase[]> {
  corpus ??= readCorpora()
  return (await corpus).flatMap((cases) => {
    const written = cases.filter((one) => one.peersManifests?.[generation]?.bytes === true)
    const kinds = [written.filter((one) => !isInPre(one)), written.filter(isInPre)]
    return kinds.flatMap((kind) => spread(each > 1 ? kind : quickOnes(kind), each))
  })
}

/** By repository; both generations read them. */
let corpus: Promise<readonly (readonly RecordedCase[])[]> | undefined

async function readCorpora(): Promise<readonly (readonly RecordedCase[])[]> {
  if (!existsSync(replay)) return []
  const { readCorpus } = (await import(join(replay, 'load.mjs'))) as {
    readCorpus: (file: string) => Iterable<RecordedCase>
  }
  const folder = join(replay, 'changesets')
  return readdirSync(folder)
    .toSorted()
    .map((file) => [...readCorpus(join(folder, file))])
}

export function isInPre({ files }: RecordedCase): boolean {
  return Object.hasOwn(files, '.changeset/pre.json')
}

/** Changesets asks git about each changeset alone: of a hundred that takes a minute. */
function quickOnes(cases: readonly RecordedCase[]): readonly RecordedCase[] {
  const quick = cases.filter(({ files }) => Object.keys(files).filter((path) => path.endsWith('.md')).length <= 30)
  return quick.length > 0 ? quick : cases
}

function spread<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all
  return Array.from({ length: count }, (_, at) => all[Math.floor(((at + 0.5) * all.length) / count)] as T)
}

/** `config` is laid over the recorded configuration; `beside` are further files. */
export function recordedWorkspace(
  { files, lockfiles = [] }: RecordedCase,
  config: object,
  beside: Readonly<Record<string, string>>,
): TestWorkspace {
  const recorded = JSON.parse(files['.changeset/config.json'] ?? '{}')
  const changesets = Object.entries(files).filter(([path]) => path.startsWith('.changeset/') && path.endsWith('.md'))
  const others = Object.fromEntries(Object.entries(files).filter(([path]) => !path.endsWith('.md')))
  const workspace = makeWorkspace({
    ...Object.fromEntries(lockfiles.map((path) => [path, ''])),
    ...others,
    ...changelogsBefore(Object.keys(files)),
    ...beside,
    '.changeset/config.json': JSON.stringify({ ...recorded, ...config, commit: false }),
    '.gitignore': 'node_modules\n',
  })
  workspace.write(Object.fromEntries(changesets))
  commitEach(workspace, changesets)
  return workspace
}

const entry = '## 1.0.0\n\n### Minor Changes\n\n- old\n'
const changelogForms: readonly (string | undefined)[] = [
  undefined,
  `# title\n\n${entry}`,
  `# title\n\nwords of a person\n\n${entry}`,
  entry,
  `# title\n\n${entry}`.replaceAll('\n', '\r\n'),
  `\uFEFF# title\n\n${entry}`,
  '',
  '# title',
  `\uFEFF${entry}\n## 0.9.0\n`,
  '\n',
]

function changelogsBefore(paths: readonly string[]): Readonly<Record<string, string>> {
  const dirs = paths
    .filter((path) => path.endsWith('package.json'))
    .map((path) => path.slice(0, -'package.json'.length))
  return Object.fromEntries(
    dirs.flatMap((dir, at) => {
      const text = changelogForms[at % changelogForms.length]
      return text === undefined ? [] : [[`${dir}CHANGELOG.md`, text]]
    }),
  )
}

/** One process for all commits; the files lie on the disk already. */
function commitEach({ dir, git }: TestWorkspace, files: readonly (readonly [path: string, text: string])[]): void {
  const stream = files.map(([path, text], at) => {
    const from = at === 0 ? 'from refs/heads/main^0\n' : ''
    const who = `committer Ada <ada@example.com> ${1_800_000_000 + at} +0000\n`
    return `commit refs/heads/main\n${who}data 3\nadd\n${from}M 100644 inline ${path}\ndata ${Buffer.byteLength(text)}\n${text}\n`
  })
  execFileSync('git', ['fast-import', '--quiet', '--force'], { cwd: dir, input: stream.join('') })
  git('reset', '--quiet')
}

/** Makes `@changesets/cli` of that generation look installed, and with it the prettier that it brings along. */
export function installChangesets({ dir }: TestWorkspace, generation: Generation): void {
  mkdirSync(join(dir, 'node_modules/@changesets'), { recursive: true })
  symlinkSync(dirname(binOf(generation)), join(dir, 'node_modules/@changesets/cli'), 'junction')
}

/** `changeset version`; resolves to its exit code. */
export function changesetVersion({ dir }: TestWorkspace, generation: Generation): Promise<number | null> {
  const env = { PATH: process.env['PATH'], HOME: dir, NO_COLOR: '1' }
  const child = spawn(process.execPath, [binOf(generation), 'version'], { cwd: dir, env, stdio: 'ignore' })
  return new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
}

function binOf(generation: Generation): string {
  const require = createRequire(import.meta.url)
  const manifest =
    generation === 'v3'
      ? require.resolve('@changesets/cli/package.json')
      : require.resolve('changesets-cli-2/package.json')
  return join(dirname(manifest), 'bin.js')
}

/**
 * `changeset version` 3 reads changesets while it migrates a pre state of generation 2, and counts used ones again. Its
 * migration is done here beforehand, and committed.
 */
export function migratePreState({ dir, git, write, commit }: TestWorkspace): void {
  const path = join(dir, '.changeset/pre.json')
  if (!existsSync(path)) return
  const { initialVersions, changesets, ...kept } = JSON.parse(readFileSync(path, 'utf8'))
  if (initialVersions === undefined && changesets === undefined) return
  mkdirSync(join(dir, '.changeset/pre'), { recursive: true })
  for (const id of changesets ?? []) {
    if (existsSync(join(dir, `.changeset/${id}.md`))) git('mv', `.changeset/${id}.md`, `.changeset/pre/${id}.md`)
  }
  write({ '.changeset/pre.json': `${JSON.stringify(kept, undefined, 2)}\n` })
  commit('chore: migrate the pre state')
}
