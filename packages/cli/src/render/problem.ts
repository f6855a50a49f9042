/**
 * The words of every problem: one exhaustive record, so that a code without a sentence does not compile. `says` tells
 * what is wrong, `mend` how to put it right, `example` is an instance for docs/problems.md and for the snapshot test.
 * Facts are untrusted text: `printable` and `quote` clean them where they enter a sentence.
 */
import type { Problem, ProblemCode, Severity } from '@topsail/core'
import type { CliContext, Colours } from '../context.ts'
import { argument } from './argument.ts'
import { printable } from './text.ts'

type ProblemWith<Code extends ProblemCode> = Extract<Problem, { code: Code }>

export type ProblemWords<P extends Problem> = {
  /** Without facts, fit for a heading. */
  readonly title: string
  readonly says: (problem: P) => string
  readonly mend: (problem: P) => string | undefined
  readonly example: Omit<P, 'code'>
}

export const problemWords = {
  MANIFEST_INVALID: {
    title: 'A manifest cannot be read',
    says: (p) => `This manifest is not valid JSON: ${printable(p.detail)}.`,
    mend: () => 'mend the file; its package is left out until then',
    example: { severity: 'error', place: { file: 'packages/db/package.json', line: 4 }, detail: 'a comma is missing' },
  },
  MANIFEST_MISSING: {
    title: 'There is no manifest',
    says: () => 'There is no package.json here, so this is not the root of a workspace.',
    mend: () => 'run in the root of the workspace, or name it with --cwd',
    example: { severity: 'error', place: { file: 'package.json' } },
  },
  PACKAGE_NAME_INVALID: {
    title: 'A package has a name that no registry takes',
    says: (p) => `${quote(p.name)} is not a valid package name.`,
    mend: () => 'give the manifest a name such as "@scope/name", in lower case',
    example: { severity: 'error', place: { file: 'packages/db/package.json', line: 2 }, name: 'My DB' },
  },
  PACKAGE_NAME_DUPLICATE: {
    title: 'Two packages have the same name',
    says: (p) => `${quote(p.name)} is also the name of ${list(p.others)}.`,
    mend: () => 'rename one of them, or take one out of the workspace globs',
    example: { severity: 'error', place: { file: 'packages/db/package.json' }, name: '@acme/db', others: ['old/db'] },
  },
  PACKAGE_VERSION_INVALID: {
    title: 'A version is not a semantic version',
    says: (p) => `${quote(p.version)} is not a semantic version, so ${quote(p.name)} is never released.`,
    mend: () => 'write a version such as "1.0.0", or take the field out',
    example: {
      severity: 'warning',
      place: { file: 'packages/db/package.json', line: 3 },
      name: '@acme/db',
      version: '1.0',
    },
  },
  CHANGESET_UNKNOWN_PACKAGE: {
    title: 'A changeset names a package that is not in the workspace',
    says: (p) => `No package named ${quote(p.name)} in this workspace.`,
    mend: (p) =>
      p.closest === undefined ? 'correct the name, or delete the line' : `did you mean ${quote(p.closest)}?`,
    example: {
      severity: 'quarantined',
      place: { file: '.changeset/brave-cats.md', line: 2 },
      name: '@acme/bd',
      closest: '@acme/db',
    },
  },
  CHANGESET_MALFORMED: {
    title: 'A changeset cannot be read',
    says: (p) => `This changeset cannot be read: ${printable(p.detail)}.`,
    mend: () => 'write a front matter between two lines of ---, each line like "@acme/db": minor',
    example: {
      severity: 'quarantined',
      place: { file: '.changeset/brave-cats.md', line: 1 },
      detail: 'there is no front matter',
    },
  },
  CHANGESET_MIXES_IGNORED: {
    title: 'A changeset names ignored and released packages together',
    says: (p) =>
      `This changeset names ignored packages (${list(p.ignored)}) together with others (${list(p.released)}).`,
    mend: () => 'split it into two changesets, one for the ignored packages and one for the others',
    example: {
      severity: 'quarantined',
      place: { file: '.changeset/brave-cats.md' },
      ignored: ['@acme/old'],
      released: ['@acme/db'],
    },
  },
  CHANGESET_WITHOUT_EFFECT: {
    title: 'A changeset has no effect on a package it names',
    says: (p) => `This changeset does nothing for ${quote(p.name)}, ${withoutEffect[p.why]}.`,
    mend: (p) =>
      p.why === 'private'
        ? 'set "privatePackages": {"version": true} in .changeset/config.json'
        : p.why === 'ignored'
          ? 'take the package out of "ignore", or wait until it is released again'
          : 'give its manifest a version',
    example: {
      severity: 'warning',
      place: { file: '.changeset/brave-cats.md', line: 2 },
      name: '@acme/web',
      why: 'private',
    },
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
  COVERAGE_MISSING: {
    title: 'A package was changed and nothing says whether to release it',
    says: (p) =>
      `${quote(p.name)} was changed (${touchedBy(p)}), and nothing on this branch says what that means for it.`,
    mend: (p) => addCommand(`--package ${argument(`${p.name}=${p.proposed}`)}`) + ` (or --none ${argument(p.name)})`,
    example: {
      severity: 'error',
      place: { file: 'packages/db/package.json' },
      name: '@acme/db',
      files: ['packages/db/src/pool.ts'],
      catalogEdits: [],
      proposed: 'patch',
    },
  },
  DECLINED_WITHOUT_REASON: {
    title: 'A changeset declines a release and does not say why',
    says: (p) => `This changeset declines a release of ${list(p.names)} and does not say why.`,
    mend: () => 'write the reason below the front matter, in one line',
    example: { severity: 'error', place: { file: '.changeset/brave-cats.md' }, names: ['@acme/db'] },
  },
  COMMIT_NOT_UNDERSTOOD: {
    title: 'A commit message follows no convention',
    says: (p) => `The commit ${p.sha.slice(0, 9)} ${quote(p.subject)} does not say what kind of change it is.`,
    mend: () => 'reword it as "fix(scope): what was done", or cover its packages with topsail add',
    example: { severity: 'warning', sha: '0123456789abcdef0123456789abcdef01234567', subject: 'Stuff' },
  },
  REPOSITORY_MISSING: {
    title: 'There is no git repository',
    says: () =>
      'What a branch changed can only be told from git, and this folder is in no git repository with a commit.',
    mend: () => 'run inside a clone of the repository',
    example: { severity: 'error' },
  },
  BASE_BRANCH_MISSING: {
    title: 'The base branch is not in this clone',
    says: (p) => `The base branch ${quote(p.branch)} is neither a branch here nor one of any remote.`,
    mend: (p) =>
      `git fetch origin ${argument(p.branch)}:${argument(`refs/remotes/origin/${p.branch}`)}, set "baseBranch" in .changeset/config.json, or pass --since REF`,
    example: { severity: 'error', branch: 'main' },
  },
  BASE_REF_UNKNOWN: {
    title: 'The ref to compare with is not in this clone',
    says: (p) => `${quote(p.ref)} names no commit in this clone.`,
    mend: () => 'fetch it first, or pass another ref with --since',
    example: { severity: 'error', ref: 'origin/main' },
  },
  BASE_UNRELATED: {
    title: 'Where the branch left its base cannot be told',
    says: (p) =>
      p.shallow
        ? `This clone is shallow and does not reach back to where the branch left ${quote(p.ref)}.`
        : `This branch and ${quote(p.ref)} have no commit in common.`,
    mend: (p) =>
      p.shallow ? 'git fetch --unshallow (in a workflow: fetch-depth: 0)' : 'pass the right base with --since REF',
    example: { severity: 'error', ref: 'main', shallow: true },
  },
  CHANGESET_FOLDER_MISSING: {
    title: 'There is no changeset folder',
    says: () => 'There is no .changeset/config.json here, so a changeset would not be read.',
    mend: () => 'topsail init',
    example: { severity: 'error', place: { file: '.changeset/config.json' } },
  },
  CHANGESET_NAMES_TWICE: {
    title: 'A package is asked for with two bumps',
    says: (p) => `${quote(p.name)} is named with several bumps: ${list(p.bumps)}.`,
    mend: () => 'name each package once',
    example: { severity: 'error', name: '@acme/db', bumps: ['minor', 'patch'] },
  },
  CHANGESET_NAMES_NOTHING: {
    title: 'A changeset would name no package',
    says: () => 'No package was named.',
    mend: () => 'name one, for example --package NAME=minor, or pass --empty',
    example: { severity: 'error' },
  },
  CHANGESET_SUMMARY_MISSING: {
    title: 'A changeset would have no summary',
    says: () => 'The summary is empty, and it is what the changelog will say.',
    mend: () => 'pass --message "what was done"',
    example: { severity: 'error' },
  },
  CHANGESET_NOT_WRITABLE: {
    title: 'A changeset file cannot hold this',
    says: (p) => `Read back, the changeset would not say the same (${list(p.names)}), so nothing was written.`,
    mend: () => 'rename the package, or write the summary without lines of ---',
    example: { severity: 'error', names: ['a"b'] },
  },
  PRE_ALREADY_ENTERED: {
    title: 'Pre mode was entered before',
    says: (p) => `The workspace is in pre mode already, with the tag ${quote(p.tag)}.`,
    mend: () => 'leave it first: topsail pre exit',
    example: { severity: 'error', place: { file: '.changeset/pre.json' }, tag: 'next' },
  },
  PRE_NOT_ENTERED: {
    title: 'The workspace is not in pre mode',
    says: () => 'The workspace is not in pre mode.',
    mend: () => 'topsail pre enter TAG enters it',
    example: { severity: 'error', place: { file: '.changeset/pre.json' } },
  },
  PRE_TAG_INVALID: {
    title: 'A pre tag that no version can carry',
    says: (p) => `${quote(p.tag)} cannot stand in a version.`,
    mend: () => 'take letters, digits and hyphens, for example "next"',
    example: { severity: 'error', tag: 'my tag' },
  },
  MANIFEST_EDIT_IMPOSSIBLE: {
    title: 'A manifest lacks what is to be changed in it',
    says: (p) => `This manifest has no text value for ${list(p.wanted)}.`,
    mend: () => 'write it as a plain string in package.json, then plan again',
    example: { severity: 'error', place: { file: 'packages/db/package.json' }, wanted: ['version'] },
  },
  TREE_DIRTY: {
    title: 'Files to be written have uncommitted changes',
    says: (p) => `Uncommitted changes in ${list(p.files)}; writing versions would mix with them.`,
    mend: () => 'commit or stash them, or pass --allow-dirty',
    example: { severity: 'error', files: ['packages/db/package.json'] },
  },
  FILE_CHANGED_MEANWHILE: {
    title: 'A file changed after the plan was made',
    says: () => 'This file is no longer what the plan was made from. Nothing was written.',
    mend: () => 'run the command again',
    example: { severity: 'error', place: { file: 'packages/db/CHANGELOG.md' } },
  },
  FILE_NOT_TEXT: {
    title: 'A file to be written is not UTF-8 text',
    says: () => 'This file cannot be read as UTF-8 text, so it cannot be edited without damage.',
    mend: () => 'save it as UTF-8',
    example: { severity: 'error', place: { file: 'packages/db/CHANGELOG.md' } },
  },
  WRITE_TARGET_UNSAFE: {
    title: 'A file to be written is a link, or lies outside the workspace',
    says: () => 'This is a symbolic link, a folder, or reached through a link that leaves the workspace.',
    mend: () => 'put a plain file in its place',
    example: { severity: 'error', place: { file: 'packages/db/CHANGELOG.md' } },
  },
  WRITE_FAILED: {
    title: 'Writing failed, and everything was put back',
    says: (p) =>
      `Writing stopped: ${printable(p.detail)}. ` +
      (p.kept.length === 0
        ? 'Every file is as it was.'
        : `Files were put back, except ${list(p.kept)}, which somebody else changed meanwhile.`),
    mend: () => 'remove the cause and run the command again',
    example: { severity: 'error', detail: 'no space left on device', kept: [] },
  },
  VERSION_IN_PROGRESS: {
    title: 'Another run is writing versions here',
    says: (p) => `Another process${p.pid === undefined ? '' : ` (${p.pid})`} is writing versions in this workspace.`,
    mend: () => 'wait until it has ended',
    example: { severity: 'error', pid: 4711 },
  },
  VERSION_UNDONE: {
    title: 'An earlier run was cut off; its files were put back',
    says: (p) =>
      `An earlier run was cut off while it wrote. ${p.files.length} file(s) were put back as they were` +
      (p.kept.length === 0 ? '.' : `; ${list(p.kept)} changed since and stayed as they are.`),
    mend: (p) => (p.severity === 'warning' ? undefined : 'run the command again'),
    example: { severity: 'warning', files: ['packages/db/package.json'], kept: [] },
  },
  CHANGELOG_GENERATOR_MISSING: {
    title: 'The changelog generator is not installed',
    says: (p) => `The "changelog" setting names ${quote(p.module)}, which cannot be found from .changeset/.`,
    mend: () => 'install it as a development dependency of the workspace root, or set "changelog" to false',
    example: { severity: 'error', place: { file: '.changeset/config.json' }, module: '@acme/changelog' },
  },
  CHANGELOG_GENERATOR_INVALID: {
    title: 'The changelog generator has no generator functions',
    says: (p) => `${quote(p.module)} does not export getReleaseLine and getDependencyReleaseLine.`,
    mend: () => 'export both functions, as default or by name',
    example: { severity: 'error', place: { file: '.changeset/config.json' }, module: './changelog.js' },
  },
  CHANGELOG_GENERATOR_FAILED: {
    title: 'The changelog generator failed',
    says: (p) => `${quote(p.module)} failed for ${quote(p.name)}: ${printable(p.detail)}. Nothing was written.`,
    mend: () => 'mend what it complains of (often a missing token), or choose another "changelog"',
    example: {
      severity: 'error',
      place: { file: '.changeset/config.json' },
      module: '@changesets/changelog-github',
      name: '@acme/db',
      detail: 'Please create a GitHub personal access token',
    },
  },
  FORMATTER_MISSING: {
    title: 'The formatter is not installed',
    says: (p) => `Changelogs were not formatted: ${quote(p.formatter)} is not installed in this workspace.`,
    mend: () => 'install it, or set "format" to false in .changeset/config.json',
    example: { severity: 'warning', formatter: 'prettier' },
  },
  FORMATTER_FAILED: {
    title: 'The formatter failed',
    says: (p) => `Changelogs were written but not formatted: ${quote(p.formatter)} failed: ${printable(p.detail)}.`,
    mend: () => 'format the changelogs by hand, or set "format" to false in .changeset/config.json',
    example: { severity: 'warning', formatter: 'prettier', detail: 'invalid configuration' },
  },
  LOCKFILE_NOT_UPDATED: {
    title: 'The lockfile is out of date',
    says: (p) => `Versions are written, but the lockfile could not be brought up to date: ${printable(p.detail)}.`,
    mend: (p) => `run: ${printable(p.command)}`,
    example: {
      severity: 'warning',
      place: { file: 'pnpm-lock.yaml' },
      command: 'pnpm install --lockfile-only',
      detail: 'pnpm is not installed',
    },
  },
  LOCKFILE_NOT_VERIFIED: {
    title: 'The lockfile was updated but could not be verified',
    says: (p) => `The lockfile was edited to fit, but not verified: ${printable(p.detail)}.`,
    mend: (p) => `run: ${printable(p.command)}`,
    example: {
      severity: 'warning',
      place: { file: 'pnpm-lock.yaml' },
      command: 'pnpm install --lockfile-only',
      detail: 'pnpm is not installed',
    },
  },
  PLAN_MOVED: {
    title: 'The plan is no longer the one in the file',
    says: (p) =>
      `The workspace would give another plan now. ${p.moved.slice(0, 10).map(moveOf).join(' ')}${moreMoves(p)}`,
    mend: () => 'look at the new plan and write it anew with: topsail plan -o plan.json',
    example: {
      severity: 'error',
      place: { file: 'plan.json' },
      moved: [{ what: 'release', name: '@acme/db', planned: '1.1.0', now: '2.0.0' }],
    },
  },
} satisfies { readonly [Code in ProblemCode]: ProblemWords<ProblemWith<Code>> }

/** One problem as a paragraph: severity, code and place; the sentence; the mend. */
export function renderProblem(problem: Problem, colours: Colours): string {
  const words = wordsOf(problem)
  const mend = words.mend(problem)
  const place = placeOf(problem)
  const head = [severityLabel(problem.severity, colours), colours.bold(problem.code), colours.cyan(place)]
  const lines = [head.filter((part) => part !== '').join('  '), `  ${words.says(problem)}`]
  if (mend !== undefined) lines.push(`  ${colours.dim('hint:')} ${mend}`)
  return lines.join('\n')
}

export function renderProblems(problems: readonly Problem[], colours: Colours): string {
  return problems.map((problem) => `${renderProblem(problem, colours)}\n`).join('\n')
}

/** Problems go to standard error, except where they are the result. */
export function reportProblems(context: CliContext, problems: readonly Problem[]): void {
  if (problems.length > 0) context.err.write(renderProblems(problems, context.err.colours))
}

/** `.changeset/brave-cats.md:2`, or the empty text. */
export function placeOf(problem: Problem): string {
  if (problem.place === undefined) return ''
  const { file, line } = problem.place
  return printable(line === undefined ? file : `${file}:${line}`)
}

export function sentenceOf(problem: Problem): string {
  return wordsOf(problem).says(problem)
}

export function mendOf(problem: Problem): string | undefined {
  return wordsOf(problem).mend(problem)
}

function wordsOf(problem: Problem): ProblemWords<Problem> {
  // The record pairs each code with the words for exactly that member of the union, which the index loses.
  return problemWords[problem.code] as unknown as ProblemWords<Problem>
}

function severityLabel(severity: Severity, colours: Colours): string {
  if (severity === 'error') return colours.red(colours.bold('error'))
  if (severity === 'quarantined') return colours.magenta(colours.bold('quarantined'))
  return colours.yellow(colours.bold('warning'))
}

function quote(text: string): string {
  return `"${printable(text)}"`
}

/** Up to five names, then how many more. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 5).map(quote).join(', ')
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown
}

const withoutEffect = {
  private: 'which is private, and private packages are not versioned here',
  'no-version': 'which has no version',
  ignored: 'which is ignored',
} as const

function touchedBy(p: ProblemWith<'COVERAGE_MISSING'>): string {
  const entries = p.catalogEdits.map((edit) => `the catalog entry ${quote(edit.dependency)}`)
  const files = p.files.slice(0, 3).map((file) => printable(file))
  const more = p.files.length > 3 ? [`${p.files.length - 3} more files`] : []
  return [...files, ...more, ...entries.slice(0, 3)].join(', ')
}

function moveOf({ what, name, planned, now }: ProblemWith<'PLAN_MOVED'>['moved'][number]): string {
  const subject = name === '' ? `the ${what}` : `${what} ${quote(name)}`
  if (planned === null) return `New: ${subject} ${printable(now ?? '')}.`
  if (now === null) return `Gone: ${subject} ${printable(planned)}.`
  return `Moved: ${subject} from ${printable(planned)} to ${printable(now)}.`
}

function moreMoves(p: ProblemWith<'PLAN_MOVED'>): string {
  return p.moved.length > 10 ? ` And ${p.moved.length - 10} more.` : ''
}

function addCommand(flags: string): string {
  return `topsail add ${flags} --message "…"`
}
