/**
 * The user's own `changelog` setting: the two functions of the module get exactly the arguments that Changesets gives, in
 * its order, and all are called before the first has answered. Where changelog-git is asked for but not installed, ours
 * writes the same lines. A generator that cannot be had or fails is a problem, and then nothing is written.
 */
import { join } from 'node:path'
import { changelogRequests, renderChangelogEntry } from '@topsail/core'
import type {
  Change,
  ChangeId,
  ChangelogLayout,
  ChangelogRequest,
  ListedRelease,
  Problem,
  Release,
  ReleasePlan,
  Snapshot,
} from '@topsail/core'
import type { ChangelogFunctions, ModCompWithPackage, NewChangesetWithCommit, PackageJSON } from '@changesets/types'
import { gitChangelog } from './git-changelog.ts'
import { loadUserModule } from './user-module.ts'

export type ChangelogEntry = { readonly release: Release; readonly entry: string }

export async function generateChangelogs(
  root: string,
  plan: ReleasePlan,
  snapshot: Snapshot,
  layout: ChangelogLayout,
): Promise<{ readonly entries: readonly ChangelogEntry[]; readonly problems: readonly Problem[] }> {
  const { changelog } = snapshot.settings
  if (changelog === false || plan.releases.length === 0) return { entries: [], problems: [] }
  const [module, options] = changelog
  const generator = await loadGenerator(root, module)
  if ('code' in generator) return { entries: [], problems: [generator] }

  // Each change is told of by every release that it brings about.
  const changesets = new Map(plan.changes.map((change) => [change.id, changesetFor(change)]))
  const hasMembers = snapshot.workspace.tool !== 'root'
  const context = { root, module, options, generator, layout, changesets, hasMembers }
  // All at once: generators that ask a forge gather the questions of one tick into one request.
  const answers = await Promise.all(changelogRequests(plan, snapshot).map((request) => entryOf(request, context)))
  const problems = answers.filter((answer) => 'code' in answer)
  return problems.length > 0
    ? { entries: [], problems: problems.slice(0, 1) }
    : { entries: answers.filter((answer) => 'entry' in answer), problems: [] }
}

/** The two modules whose lines we write ourselves where they are not installed. */
const gitGenerators = ['@changesets/changelog-git', '@changesets/cli/changelog']

async function loadGenerator(root: string, module: string): Promise<ChangelogFunctions | Problem> {
  const place = { file: '.changeset/config.json' }
  const loaded = await loadUserModule(root, module, isGenerator)
  switch (loaded.kind) {
    case 'loaded':
      return loaded.exported
    case 'missing':
      if (gitGenerators.includes(module)) return gitChangelog
      return { code: 'CHANGELOG_GENERATOR_MISSING', severity: 'error', place, module, install: loaded.install }
    case 'other':
      return { code: 'CHANGELOG_GENERATOR_INVALID', severity: 'error', place, module }
    case 'failed': {
      const { detail, install } = loaded
      return { code: 'CHANGELOG_GENERATOR_FAILED', severity: 'error', place, module, name: undefined, detail, install }
    }
  }
}

function isGenerator(value: unknown): value is ChangelogFunctions {
  if (!isRecord(value)) return false
  return typeof value['getReleaseLine'] === 'function' && typeof value['getDependencyReleaseLine'] === 'function'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function'
}

type GeneratorContext = {
  readonly root: string
  readonly module: string
  /** As the configuration has it; null where it has none. */
  readonly options: unknown
  readonly generator: ChangelogFunctions
  readonly layout: ChangelogLayout
  readonly changesets: ReadonlyMap<ChangeId, NewChangesetWithCommit>
  /** Of a root that stands among members the folder is told as `''`, of a package alone as `.`. */
  readonly hasMembers: boolean
}

async function entryOf(request: ChangelogRequest, context: GeneratorContext): Promise<ChangelogEntry | Problem> {
  const { generator, changesets, layout } = context
  const options = context.options as null | Record<string, unknown>
  const changesetOf = (change: Change): NewChangesetWithCommit => changesets.get(change.id) ?? changesetFor(change)
  try {
    const asked = request.lines.map(async ({ change, bump }) => ({
      bump,
      text: asText(await generator.getReleaseLine(changesetOf(change), bump, options)),
    }))
    const askedLast = (async () =>
      generator.getDependencyReleaseLine(
        request.dependencyChanges.map(changesetOf),
        request.dependencies.map((release) => releaseFor(release, context)),
        options,
      ))()
    const [dependencies, ...lines] = await Promise.all([askedLast, ...asked])
    const textsOf = (bump: string): string[] => lines.filter((line) => line.bump === bump).map((line) => line.text)
    const texts = {
      major: textsOf('major'),
      minor: textsOf('minor'),
      patch: [...textsOf('patch'), asText(dependencies)],
    }
    return { release: request.release, entry: renderChangelogEntry(request.release.to, texts, layout) }
  } catch (error) {
    const { module } = context
    const place = { file: '.changeset/config.json' }
    const detail = messageOf(error)
    return { code: 'CHANGELOG_GENERATOR_FAILED', severity: 'error', place, module, name: request.release.name, detail }
  }
}

/**
 * A commit of the second source looks to a generator like a changeset that its own commit added. Keys stand in the order
 * in which Changesets has them.
 */
export function changesetFor(change: Change): NewChangesetWithCommit {
  const id = change.kind === 'changeset' ? change.file.replace(/^\.changeset\//, '').replace(/\.md$/, '') : change.id
  const releases = Object.entries(change.bumps).map(([name, type]) => ({ name, type }))
  const commit = change.kind === 'override' ? undefined : change.commit
  return { releases, summary: change.summary, id, commit }
}

function releaseFor(release: ListedRelease, { root, layout, hasMembers }: GeneratorContext): ModCompWithPackage {
  const { dir, manifest } = release.package
  const listed = {
    name: release.name,
    type: release.bump,
    oldVersion: release.from,
    changesets: release.changes.map((id) => id.replace(/^changeset:/, '')),
    newVersion: release.to,
  }
  // A generator reads what it likes of the manifest; the type knows only what Changesets itself reads.
  const packageJson = manifest as PackageJSON
  const folder = join(root, dir)
  if (layout.rules === 'changesets@2') return { ...listed, packageJson, dir: folder }
  const located = { dir: folder, relativeDir: dir === '.' && hasMembers ? '' : dir, packageJson }
  return { ...listed, ...located }
}

function asText(line: unknown): string {
  return typeof line === 'string' ? line : ''
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
