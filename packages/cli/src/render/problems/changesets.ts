/** Changesets, in the repository and while one is written, and what a branch leaves unanswered. */
import type { ChangesetMend } from '@topsail/core'
import { argument } from '../argument.ts'
import { printable, quote } from '../text.ts'
import { list, type AllWords, type ProblemWith } from './words.ts'

export const changesetsProblems = {
  CHANGESET_UNKNOWN_PACKAGE: {
    title: 'A changeset names a package that is not in the workspace',
    says: (p) =>
      p.removed === undefined
        ? `No package named ${quote(p.name)} in this workspace.`
        : `This branch has taken ${quote(p.name)} away (${printable(p.removed)}).`,
    mend: (p) => {
      if (p.removed !== undefined) {
        return p.closest === undefined ? 'delete the line' : `write ${quote(p.closest)} there, or delete the line`
      }
      if (p.closest !== undefined) return `did you mean ${quote(p.closest)}?`
      return p.place === undefined ? 'correct the name' : 'correct the name, or delete the line'
    },
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
    mend: ({ place, mend }) => {
      const line = place?.line === undefined ? 'the line' : `line ${place.line}`
      if (mend === undefined)
        return 'write a front matter between two lines of ---, each line like "@acme/db": minor, where a bump is major, minor, patch or none'
      if ('write' in mend) return `write ${line} as ${printable(mend.write)}`
      return malformedMends[mend.act]
    },
    example: {
      severity: 'quarantined',
      place: { file: '.changeset/brave-cats.md', line: 2 },
      detail: '"pacth" is no bump',
      mend: { write: '"@acme/db": patch' },
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
} satisfies Partial<AllWords>

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

function addCommand(flags: string): string {
  return `topsail add ${flags} --message "…"`
}

const malformedMends: Readonly<Record<ChangesetMend, string>> = {
  'solve-conflict':
    'keep what is right of both sides, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>',
  'open-front-matter': 'write a line of --- before the first package',
  'close-front-matter': 'write a line of --- after the last package',
  'name-once': 'keep one of the two lines',
}
