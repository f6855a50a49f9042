/** What a reader of a plan, a plan file or a what-if should know. */
import { printable, quote, truncate } from '../text.ts'
import { list, type AllWords, type ProblemWith } from './words.ts'

export const planProblems = {
  DEPENDENCY_NOT_FOLLOWED: {
    title: 'A dependency on a released package is not followed',
    says: (p) =>
      ({
        stale: `${quote(p.name)} asks for ${quote(p.dependency)} ${quote(p.range)} in ${p.field}, which does not hold its present version ${printable(p.current)}; the release of ${printable(p.next)} does not reach it.`,
        protocol: `${quote(p.name)} depends on ${quote(p.dependency)} by ${quote(p.range)} in ${p.field}, which these rules do not understand; the release of ${printable(p.next)} does not reach it.`,
        tag: `${quote(p.name)} depends on ${quote(p.dependency)} by the dist-tag ${quote(p.range)} in ${p.field}; the release of ${printable(p.next)} does not reach it.`,
        'workspace-only': `${quote(p.name)} depends on ${quote(p.dependency)} without the workspace protocol, and bumpVersionsWithWorkspaceProtocolOnly is on; the release of ${printable(p.next)} does not reach it.`,
      })[p.why],
    mend: (p) => {
      // Not every package manager has the protocol.
      if (p.why === 'stale') return `write a range that holds ${printable(p.current)}, or "workspace:^"`
      if (p.why === 'workspace-only') return 'write "workspace:^"'
      const range = `write a range such as "^${printable(p.current)}", or "workspace:^"`
      const isRead = /^(?:catalog|npm):/.test(p.range)
      return isRead ? `${range}; the rules "topsail" read aliases, and catalogs that have an entry for it` : range
    },
    example: {
      severity: 'warning',
      place: { file: 'services/api/package.json' },
      name: '@acme/api',
      dependency: '@acme/db',
      field: 'dependencies',
      range: '^1.0.0',
      current: '2.0.0',
      next: '2.0.1',
      why: 'stale',
    },
  },
  NONE_OVERRULED: {
    title: 'A package is released although a changeset says none',
    says: (p) =>
      ({
        dependency: `This changeset says none for ${quote(p.name)}, but a dependency leaves its range: it is released as a ${p.bump}.`,
        group: `This changeset says none for ${quote(p.name)}, but its group is released: it goes along as a ${p.bump}.`,
        change: `This changeset says none for ${quote(p.name)}, but another change asks for a ${p.bump}.`,
      })[p.by],
    mend: (p) =>
      p.by === 'dependency'
        ? 'widen the range so that it holds the new version, if the release is not wanted'
        : undefined,
    example: {
      severity: 'warning',
      place: { file: '.changeset/brave-cats.md', line: 2 },
      name: '@acme/api',
      bump: 'patch',
      by: 'dependency',
    },
  },
  SKIPPED_DEPENDENCY: {
    title: 'A published package depends on one that is never released',
    says: (p) =>
      `${quote(p.name)} depends on ${quote(p.dependency)}, which is left out of releases (${p.why}), so users may get an old version of it.`,
    mend: (p) => `leave ${quote(p.name)} out as well, or release ${quote(p.dependency)}`,
    example: {
      severity: 'warning',
      place: { file: 'services/api/package.json' },
      name: '@acme/api',
      dependency: '@acme/db',
      why: 'ignored',
    },
  },
  PLANNER_REPLACED: {
    title: 'The repository replaces the planner of Changesets',
    says: () =>
      'This repository patches or replaces @changesets/assemble-release-plan; peers are read as Changesets 3 reads them, which is what such patches are mostly for.',
    mend: () =>
      'name the rules in topsail.json ("changesets@2", "changesets@3" or "topsail"), or try them: topsail plan --rules',
    example: { severity: 'warning', place: { file: 'package.json' } },
  },
  MEMBERS_UNSEEN_BY_RULES: {
    title: 'Changesets does not see every package',
    says: (p) =>
      p.nested
        ? `Changesets reads no "workspaces" of a member, and so leaves out ${list(p.names)}; so do these rules.`
        : `Changesets 2 reads the members from "workspaces" in package.json, which leaves out ${list(p.names)}; so do these rules.`,
    mend: (p) =>
      p.nested
        ? 'list them in the package.json of the root, or choose other rules'
        : 'list the same globs in package.json and in the file of the workspace tool, or choose other rules',
    example: { severity: 'warning', place: { file: 'package.json' }, names: ['@acme/example'], nested: false },
  },
  CATALOG_OUT_OF_RANGE: {
    title: 'A catalog does not hold the new version of a workspace package',
    says: (p) =>
      `The catalog ${quote(p.catalog)} says ${quote(p.range)} for ${quote(p.dependency)}, which does not hold ${printable(p.next)}.`,
    mend: (p) => `write "workspace:^" for ${quote(p.dependency)} in the catalog, or raise the range with this release`,
    example: {
      severity: 'warning',
      place: { file: 'pnpm-workspace.yaml' },
      catalog: 'default',
      dependency: '@acme/db',
      range: '^2.0.0',
      next: '3.0.0',
    },
  },
  CYCLE_IN_PUBLISH_ORDER: {
    title: 'Packages depend on one another in a circle',
    says: (p) => `${list(p.cycle)} depend on one another, so none can be published before the others.`,
    mend: () => 'move one of the dependencies to devDependencies, or move what is shared to a package of its own',
    example: { severity: 'warning', cycle: ['@acme/api', '@acme/db'] },
  },
  BUMP_CAPPED: {
    title: 'A bump is held below what was asked for',
    says: (p) => `${quote(p.name)} was to be a ${p.asked}, but no bump above ${p.cap} is allowed here.`,
    mend: () => 'release this change from another branch, or raise maxBump',
    example: { severity: 'warning', name: '@acme/api', asked: 'major', cap: 'minor' },
  },
  PACKAGE_UNKNOWN: {
    title: 'A package named on the command line is not in the workspace',
    says: (p) => `No package named ${quote(p.name)} in this workspace.`,
    mend: (p) =>
      p.closest === undefined ? 'give the name as its manifest has it' : `did you mean ${quote(p.closest)}?`,
    example: { severity: 'error', name: '@acme/bd', closest: '@acme/db' },
  },
  PLAN_FILE_UNREADABLE: {
    title: 'A plan file cannot be opened',
    says: (p) => `This file cannot be read: ${systemWords(p.detail)}.`,
    mend: () => 'check the path; it is taken from the folder that the command runs in',
    example: { severity: 'error', place: { file: 'plan.json' }, detail: 'ENOENT' },
  },
  OUTPUT_UNWRITABLE: {
    title: 'A file named on the command line cannot be written',
    says: (p) => `This file cannot be written: ${systemWords(p.detail)}.`,
    mend: (p) =>
      noRoom.includes(p.detail)
        ? 'make room there, or name a file on another disk'
        : 'check that its folder exists and may be written to',
    example: { severity: 'error', place: { file: 'out/plan.json' }, detail: 'ENOENT' },
  },
  PLAN_FILE_INVALID: {
    title: 'A plan file cannot be read',
    says: (p) => `This is not a plan: ${p.at === '' ? 'the file' : printable(p.at)} should be ${printable(p.wanted)}.`,
    mend: () => 'write it anew with: topsail plan -o plan.json',
    example: {
      severity: 'error',
      place: { file: 'plan.json' },
      at: 'releases[0].bump',
      wanted: 'one of patch, minor, major',
    },
  },
  WHAT_IF_UNKNOWN_PACKAGE: {
    title: 'A what-if names a package that is not there',
    says: (p) => `No package named ${quote(p.name)} in this workspace.`,
    mend: (p) => (p.closest === undefined ? undefined : `did you mean ${quote(p.closest)}?`),
    example: { severity: 'error', name: '@acme/bd', closest: '@acme/db' },
  },
  WHAT_IF_UNKNOWN_CHANGE: {
    title: 'A what-if drops a change that is not there',
    says: (p) => `No changeset and no commit of this plan is called ${quote(p.change)}.`,
    mend: (p) => (p.closest === undefined ? 'topsail plan lists the changes' : `did you mean ${quote(p.closest)}?`),
    example: { severity: 'error', change: 'brave-cat', closest: 'brave-cats' },
  },
  WHAT_IF_NAMES_NOTHING: {
    title: 'A what-if adds a commit that is about no package',
    says: (p) => `${quote(p.message)} is not a conventional line whose scope names a package.`,
    mend: () => 'write it as "feat(NAME): …", where NAME is a package or the last part of its name',
    example: { severity: 'error', message: 'feat: a pool' },
  },
  WHAT_IF_NO_SUCH_EDGE: {
    title: 'A what-if widens a range that is not there',
    says: (p) => `${quote(p.dependent)} does not list ${quote(p.dependency)} in any section.`,
    mend: () => 'name the dependent first: --widen "DEPENDENT->DEPENDENCY" RANGE',
    example: { severity: 'error', dependent: '@acme/api', dependency: '@acme/db' },
  },
  PLAN_MOVED: {
    title: 'The plan is no longer the one in the file',
    says: (p) => {
      const [first, ...others] = p.moved
      const head = 'The workspace would give another plan now'
      if (first !== undefined && others.length === 0) return `${head}. ${moveOf(first)}`
      return [
        `${head}:`,
        ...p.moved.slice(0, mostMoves).map((move) => `- ${truncate(moveOf(move), 200)}`),
        ...moreMoves(p),
      ].join('\n')
    },
    mend: () => 'look at the new plan and write it anew with: topsail plan -o plan.json',
    example: {
      severity: 'error',
      place: { file: 'plan.json' },
      moved: [{ what: 'release', name: '@acme/db', planned: '1.1.0', now: '2.0.0' }],
    },
  },
} satisfies Partial<AllWords>

const noRoom = ['ENOSPC', 'EDQUOT', 'EFBIG']

/** What the system says in one word. */
function systemWords(code: string): string {
  const words = Object.hasOwn(systemCodes, code) ? systemCodes[code as keyof typeof systemCodes] : undefined
  return words === undefined ? printable(code) : `${words} (${printable(code)})`
}

const systemCodes = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the disk is read-only',
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'it would be larger than files may be here',
} as const

function moveOf({ what, name, planned, now }: ProblemWith<'PLAN_MOVED'>['moved'][number]): string {
  if (what === 'manifest')
    return `${quote(name)} was ${planned === null ? 'added' : now === null ? 'removed' : 'edited'}.`
  if (what === 'snapshot')
    return 'Something that decides it was edited: a manifest, a setting, a changeset or a commit.'
  const subject = subjectOf(what, name)
  if (planned?.startsWith('#') === true || now?.startsWith('#') === true) return `Moved: ${subject}.`
  if (planned === null) return `New: ${subject} ${printable(now ?? '')}.`
  if (now === null) return `Gone: ${subject} ${printable(planned)}.`
  return `Moved: ${subject} from ${printable(planned)} to ${printable(now)}.`
}

function subjectOf(what: string, name: string): string {
  if (name === '') return `the ${what.replaceAll('-', ' ')}`
  return what === 'fact' ? `the ${name.replaceAll('-', ' ')}` : `${what} ${quote(name)}`
}

function moreMoves(p: ProblemWith<'PLAN_MOVED'>): readonly string[] {
  return p.moved.length > mostMoves ? [`- And ${p.moved.length - mostMoves} more; --json lists them all.`] : []
}

/** A screen of them. */
const mostMoves = 20
