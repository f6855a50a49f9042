/**
 * `topsail init`: a fresh set-up, or one made from what another release tool left. It only adds files: what is there
 * stays byte for byte, so a second run changes nothing. Everything is decided first, then written whole or not at all.
 */
import type { FileEdit, Path, Problem, Sources, Workspace } from '@topsail/core'
import { diskFiles } from '../adapters/disk-files.ts'
import { gitIn } from '../adapters/git-process.ts'
import type { Files, Git } from '../ports.ts'
import { readChangesets } from '../read/changesets.ts'
import { own } from '../read/record.ts'
import { chooseRules } from '../read/rules-choice.ts'
import { findWorkspaceRoot } from '../read/workspace-root.ts'
import { readWorkspace } from '../read/workspace.ts'
import { writeAll } from '../version/write.ts'
import { findBase } from './base.ts'
import { withMembers, withPackages, type Members } from './carried-members.ts'
import { findSetUp, otherTools, scriptsOf, type Found } from './find-set-up.ts'
import { migrateBeachball } from './migrate-beachball.ts'
import { generationOf, migrateChangesets } from './migrate-changesets.ts'
import { withKnownSince } from './known-since.ts'
import { migrateLerna } from './migrate-lerna.ts'
import { migrateNx } from './migrate-nx.ts'
import { migratePnpm } from './migrate-pnpm.ts'
import { migrateReleasePlease } from './migrate-release-please.ts'
import { migrateSemanticRelease } from './migrate-semantic-release.ts'
import { packageFolders, releasesRoot } from './package-folders.ts'
import { changesetConfig, topsailConfig, type InitNote, type SetUp, type Tool } from './set-up.ts'

export type InitOptions = {
  readonly cwd: string
  readonly dryRun?: boolean | undefined
  /** Instead of what a fresh set-up, or the one that is carried over, says. */
  readonly sources?: Sources | undefined
}

export type InitFile = {
  readonly path: Path
  /** kept: it was there before, and stays as it was. */
  readonly state: 'new' | 'kept'
  /** The text that stands there afterwards. */
  readonly text: string
}

export type InitResult = {
  readonly root: string
  /** The set-up that this one was made from; undefined for a fresh one. */
  readonly from: Tool | undefined
  readonly files: readonly InitFile[]
  readonly notes: readonly InitNote[]
  readonly problems: readonly Problem[]
}

export async function initWorkspace({ cwd, dryRun, sources }: InitOptions): Promise<InitResult> {
  const root = findWorkspaceRoot(cwd)
  if (root === undefined) {
    const missing: Problem = { code: 'WORKSPACE_NOT_FOUND', severity: 'error', cwd }
    return { root: cwd, from: undefined, files: [], notes: [], problems: [missing] }
  }
  const files = diskFiles(root)
  const first = readWorkspace(files)
  const found = findSetUp(files, first.workspace)
  const isOpen = files.read(topsailConfig) === undefined
  const folders = isOpen && first.workspace.tool === 'root' ? packageFolders(found, files) : undefined
  const members: Members = {
    ...(folders === undefined ? {} : { packages: folders.globs }),
    ...(isOpen && releasesRoot(found, first.workspace, folders) ? { rootPackage: true } : {}),
  }
  const { workspace, problems } = Object.keys(members).length === 0 ? first : readWorkspace(withMembers(files, members))
  const faults = [...problems, ...found.problems]
  if (faults.some((problem) => problem.severity === 'error')) {
    return { root, from: found.tool, files: [], notes: [], problems: faults }
  }
  const git = gitIn(root)
  const asked = withPackages(withSources(setUpOf(found, files, workspace), sources), found, members, folders?.key)
  const setUp = await withKnownSince(await fromNowOn(asked, found, git), found, git)
  const planned = await planFiles(setUp, found, files, workspace, git)
  const notes = [
    ...setUp.notes,
    ...sourcesNote(found, setUp, planned),
    ...otherTools(files, found.tool),
    ...scriptsOf(workspace),
  ]
  const written = dryRun === true ? [] : await writeNew(root, planned)
  return { root, from: found.tool, files: planned, notes, problems: [...faults, ...written] }
}

function setUpOf(found: Found, files: Files, workspace: Workspace): SetUp {
  switch (found.tool) {
    case 'changesets': {
      const declared = chooseRules(files, workspace, true).rules === 'changesets@2' ? 2 : 3
      const generation = generationOf(found.config, declared)
      return migrateChangesets({ config: found.config, generation, pre: readChangesets(files).pre, workspace })
    }
    case 'lerna':
      return migrateLerna(found.config, workspace)
    case 'nx':
      return migrateNx(own(found.config, 'release'), files, workspace)
    case 'release-please':
      return migrateReleasePlease(found.file, found.config, files, workspace)
    case 'beachball':
      return migrateBeachball(found.file, found.config, files, workspace)
    case 'semantic-release':
      return migrateSemanticRelease(found.file, found.config, workspace)
    case 'pnpm':
      return migratePnpm(found.file, found.config, files, workspace)
    case undefined:
      return freshSetUp(workspace)
  }
}

/** A setting that gives way to the user's word was not carried over. */
function withSources(setUp: SetUp, sources: Sources | undefined): SetUp {
  if (sources === undefined) return setUp
  const isOverruled = (note: InitNote): boolean =>
    note.kind === 'carried' && note.to.file === topsailConfig && note.to.key === 'sources'
  return { ...setUp, topsail: { ...setUp.topsail, sources }, notes: setUp.notes.filter((note) => !isOverruled(note)) }
}

/**
 * Who had changesets alone has answered for every commit there is: those that count are the next ones. Named is a
 * commit that stays, and not one of a branch that may be squashed.
 */
async function fromNowOn(setUp: SetUp, found: Found, git: Git): Promise<SetUp> {
  if (!countsMore(setUp, found)) return setUp
  const branch = own(found.config, 'baseBranch')
  const answer = await findBase(git, undefined, typeof branch === 'string' ? branch : await defaultBranch(git))
  const head = answer.ok ? undefined : await git(['rev-parse', '--verify', '--quiet', 'HEAD'])
  const since = answer.ok ? answer.base.commit : head?.kind === 'done' && head.code === 0 ? head.stdout.trim() : ''
  return since === '' ? setUp : { ...setUp, topsail: { ...setUp.topsail, commits: { since } } }
}

function countsMore(setUp: SetUp, found: Found): boolean {
  return found.tool === 'changesets' && setUp.topsail['sources'] !== 'changesets'
}

function sourcesNote(found: Found, setUp: SetUp, planned: readonly InitFile[]): readonly InitNote[] {
  const isNew = planned.some(({ path, state }) => path === topsailConfig && state === 'new')
  if (!isNew || !countsMore(setUp, found)) return []
  const since = own(setUp.topsail['commits'], 'since')
  return [{ kind: 'commits-count', since: typeof since === 'string' ? since : undefined }]
}

/** Services are private packages; left to Changesets' default they would silently never get a version. */
function freshSetUp(workspace: Workspace): SetUp {
  const names = workspace.packages.filter((pkg) => pkg.private && pkg.version !== undefined).map((pkg) => pkg.name)
  // The rules that plan here without any set-up: it is not what was planned until now that changes.
  const topsail = { sources: 'both', rules: 'topsail' }
  if (names.length === 0) return { config: {}, topsail, changesets: [], notes: [] }
  return {
    config: { privatePackages: { version: true, tag: true } },
    topsail,
    changesets: [],
    notes: [{ kind: 'private-packages-versioned', names }],
  }
}

async function planFiles(
  setUp: SetUp,
  found: Found,
  files: Files,
  workspace: Workspace,
  git: Git,
): Promise<readonly InitFile[]> {
  const config = await changesetConfigText(setUp.config, workspace, git)
  const topsail = jsonText({ $schema: 'https://unpkg.com/topsail/schema/topsail.schema.json', ...setUp.topsail })
  const wanted = [
    { path: changesetConfig, text: config },
    { path: '.changeset/README.md', text: readme },
    { path: topsailConfig, text: topsail },
    ...setUp.changesets,
  ]
  const hasConfig = found.tool === 'changesets'
  return wanted.flatMap(({ path, text }): InitFile[] => {
    const there = files.read(path)
    if (there !== undefined) return [{ path, state: 'kept', text: there }]
    return hasConfig && path === '.changeset/README.md' ? [] : [{ path, state: 'new', text }]
  })
}

async function changesetConfigText(over: SetUp['config'], workspace: Workspace, git: Git): Promise<string> {
  const { defaultWrittenConfig } = await import('@changesets/config')
  const usesCli = own(workspace.root.manifest.devDependencies, '@changesets/cli') !== undefined
  return jsonText({
    ...defaultWrittenConfig,
    baseBranch: await defaultBranch(git),
    changelog: usesCli ? defaultWrittenConfig.changelog : '@changesets/changelog-git',
    ...over,
  })
}

/** What the remote calls its default; else `main` or `master` if there is one; else the branch we are on. */
async function defaultBranch(git: Git): Promise<string> {
  const refs = ['refs/remotes/origin/HEAD', 'refs/heads/main', 'refs/heads/master']
  const known = await git(['for-each-ref', '--format=%(refname) %(symref)', ...refs])
  const lines = known.kind === 'done' && known.code === 0 ? known.stdout.split('\n') : []
  const remote = lines.find((line) => line.startsWith('refs/remotes/origin/HEAD refs/remotes/origin/'))
  if (remote !== undefined) return remote.slice('refs/remotes/origin/HEAD refs/remotes/origin/'.length)
  for (const branch of ['main', 'master']) if (lines.includes(`refs/heads/${branch} `)) return branch
  const current = await git(['symbolic-ref', '--quiet', '--short', 'HEAD'])
  return (current.kind === 'done' && current.code === 0 && current.stdout.trim()) || 'main'
}

function jsonText(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

const readme = `# Changesets

Each Markdown file in this folder tells what a change means for the packages it touches, and what their changelogs
will say about it. \`topsail add\` writes one; \`topsail version\` uses them up.

\`\`\`md
---
"@scope/name": minor
---

What was done, as its users should read it.
\`\`\`

\`none\` in place of a bump declines a release; the text below then says why. \`topsail check\` tells what a branch still
lacks, and \`topsail plan\` what would be released.
`

async function writeNew(root: string, planned: readonly InitFile[]): Promise<readonly Problem[]> {
  const edits = planned
    .filter((file) => file.state === 'new')
    .map(({ path, text }): FileEdit => ({ path, before: undefined, after: text }))
  return edits.length === 0 ? [] : writeAll({ root, edits })
}
