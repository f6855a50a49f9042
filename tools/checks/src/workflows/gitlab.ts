/**
 * What GitLab would refuse, and what nobody should run: gitlab-ci-local expands includes and inputs and holds the
 * result against GitLab's own schema; our rules forbid what is not pinned and inputs in scripts. Our component is
 * included from this repository wherever an example includes it from GitLab.
 */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify, stripVTControlCharacters } from 'node:util'
import { parseAllDocuments, parseDocument } from 'yaml'
import type { TextFile } from '../source.ts'

const run = promisify(execFile)
const program = createRequire(import.meta.url).resolve('gitlab-ci-local')

/** `templates` are our components, as `templates/NAME.yml`. */
export async function gitlabSchema(
  files: readonly TextFile[],
  templates: readonly TextFile[],
): Promise<readonly string[]> {
  if (files.length === 0) return []
  const folder = mkdtempSync(join(tmpdir(), 'topsail-gitlab-'))
  try {
    const samples = files.map(({ text }, index) => ({ path: `${index}.yml`, text: withLocalComponents(text) }))
    await makeRepository(folder, [...templates, ...samples])
    const complaints = await Promise.all(samples.map((sample) => complaintAbout(folder, sample.path)))
    return files.flatMap(({ path }, index) => {
      const complaint = complaints[index]
      const unknown = unknownInputs(samples[index]?.text ?? '', templates).map((input) => `unknown input: ${input}`)
      return [...unknown, ...(complaint === undefined ? [] : [complaint])].map((what) => `${path} ${what}`)
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function gitlabSecurity({ path, text }: TextFile): readonly string[] {
  return text.split('\n').flatMap((line, index) => {
    const what = gitlabRules.find(([pattern]) => pattern.test(line))?.[1]
    return what === undefined ? [] : [`${path}:${index + 1} ${what}`]
  })
}

const gitlabRules: readonly (readonly [RegExp, string])[] = [
  [/^\s*- (?!.*:\s).*\$\[\[/, 'interpolates an input into a script: hand it over through variables'],
  [/^\s*-?\s*component:.*@(?!\d+\.\d+\.\d+$|[0-9a-f]{40}$)/, 'includes a component that is not pinned'],
  [/^\s*-?\s*(image|name):\s*[\w./-]+(:latest)?$/, 'uses an image without a version'],
  [/^\s*-?\s*remote:/, 'includes a file from anywhere, whatever it says tomorrow'],
  [/\beval\b|\bcurl\b.*\|\s*(ba)?sh\b/, 'runs text as a script'],
]

function withLocalComponents(text: string): string {
  return text.replaceAll(/component:\s*\S+\/topsail\/topsail\/([\w-]+)@\S+/g, 'local: templates/$1.yml')
}

/** GitLab refuses them; gitlab-ci-local drops them. */
function unknownInputs(text: string, templates: readonly TextFile[]): readonly string[] {
  const include: unknown = parseDocument(text).toJS()?.include
  const entries: readonly { local?: string; inputs?: object }[] = Array.isArray(include) ? include : []
  return entries.flatMap(({ local, inputs = {} }) => {
    const template = templates.find(({ path }) => path === local)?.text ?? ''
    const known = Object.keys(parseAllDocuments(template)[0]?.toJS()?.spec?.inputs ?? {})
    return Object.keys(inputs).filter((name) => !known.includes(name))
  })
}

/** What it includes has to be in git. */
async function makeRepository(folder: string, files: readonly TextFile[]): Promise<void> {
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const identity = ['-c', 'user.name=Topsail', '-c', 'user.email=topsail@example.org', '-c', 'commit.gpgSign=false']
  const remote = ['config', 'remote.origin.url', 'https://gitlab.example.org/acme/shop.git']
  const head = ['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/heads/main']
  for (const args of [
    ['init', '-q', '-b', 'main'],
    remote,
    ['add', '-A'],
    [...identity, 'commit', '-q', '-m', 'as it stands'],
    head,
  ]) {
    await run('git', args, { cwd: folder, env: quietGit })
  }
}

const quietGit = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' }

async function complaintAbout(folder: string, file: string): Promise<string | undefined> {
  const home = join(folder, `.home-${file}`)
  try {
    const env = { ...quietGit, HOME: home, NO_COLOR: '1', FORCE_COLOR: '0' }
    await run(
      process.execPath,
      [program, '--preview', '--file', file, '--home', home, '--state-dir', `.state-${file}`],
      { cwd: folder, env, timeout: 60_000 },
    )
    return undefined
  } catch (error) {
    return readComplaint(error).replaceAll(folder, '.')
  }
}

/** Without colours, and without the advice how to silence it. */
function readComplaint(error: unknown): string {
  const { stdout = '', stderr = '', message = '' } = error as { stdout?: string; stderr?: string; message?: string }
  const said = stripVTControlCharacters(`${stderr}\n${stdout}`).split('\n\nFor further')[0] ?? ''
  return said.trim() === '' ? message : said.trim()
}
