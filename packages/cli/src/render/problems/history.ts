/** Commits and the branch they are on: what cannot be read, and where they disagree with changesets. */
import { argument } from '../argument.ts'
import { printable, quote } from '../text.ts'
import { list, type AllWords } from './words.ts'

export const historyProblems = {
  CHECKOUT_SPARSE: {
    title: 'The checkout leaves out files that decide the plan',
    says: (p) => `This checkout is sparse, and what decides the plan is not all in it: ${list(p.paths)}.`,
    mend: () => 'git sparse-checkout add the folders they are in, or git sparse-checkout disable',
    example: { severity: 'error', paths: ['.changeset/brave-cats.md', 'packages/db/package.json'] },
  },
  HISTORY_SHALLOW: {
    title: 'The clone is too shallow to know what is unreleased',
    says: (p) => `The last release of ${list(p.names)} lies before the history that this clone has.`,
    mend: (p) =>
      p.remote === undefined
        ? 'fetch the whole history (fetch-depth: 0 in the checkout step of CI)'
        : `run git fetch --unshallow --tags ${printable(p.remote)} (fetch-depth: 0 in the checkout step of CI)`,
    example: { severity: 'error', names: ['@acme/db'], remote: 'origin' },
  },
  COMMITS_SINCE_UNKNOWN: {
    title: 'The commit from which commits count is unknown',
    says: (p) =>
      `Commits count from ${printable(p.commit.slice(0, 9))} on ("commits.since"), and the history of HEAD does not have it: all commits since the last releases count.`,
    mend: () => 'write the hash of a commit of the base branch there (git rev-parse), or remove the key',
    example: {
      severity: 'warning',
      place: { file: 'topsail.json' },
      commit: '5c1d8a9e0b7f4c2d6e3a1f8b9c0d7e6f5a4b3c2d',
    },
  },
  VERSION_BEHIND_TAG: {
    title: 'A manifest is behind what was released',
    says: (p) => {
      const shown = p.behind
        .slice(0, 3)
        .map(
          ({ name, version, tag }) =>
            `${quote(name)} is ${printable(version)} in its manifest, and ${quote(tag)} is tagged in its history`,
        )
      const others = p.behind.length - shown.length
      return `${shown.join('; ')}${others > 0 ? `; and ${others} more` : ''}. Its next version would begin from the manifest.`
    },
    mend: (p) =>
      `write the version that was released last into the manifest${p.behind[0] === undefined ? '' : ` ("version": ${quote(p.behind[0].released)})`}`,
    example: {
      severity: 'warning',
      behind: [{ name: '@acme/db', version: '0.0.0-development', released: '3.4.1', tag: '@acme/db@3.4.1' }],
    },
  },
  HISTORY_UNAVAILABLE: {
    title: 'Commits cannot be read',
    says: (p) =>
      ({
        'no-git': 'git is not installed, so no commit was read.',
        'git-too-old': `git ${printable(p.detail)} is older than 2.29, so no commit was read.`,
        'no-repository': 'This folder is in no git repository, so no commit was read.',
        'no-commits': 'This git repository has no commit on this branch yet.',
        'git-failed': `git could not read the history: ${printable(p.detail)}.`,
      })[p.why],
    mend: (p) =>
      p.why === 'git-too-old'
        ? 'install git 2.29 or newer'
        : 'run where git has the history; a plan from changesets alone needs none: "sources": "changesets" in topsail.json',
    example: { severity: 'error', why: 'no-repository', detail: '' },
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
  COMMIT_NOT_CONVENTIONAL: {
    title: 'Commits that are not conventional',
    says: (p) => {
      const shown = p.examples.slice(0, 3).map(({ commit, subject }) => `${commit.slice(0, 7)} ${quote(subject)}`)
      const count =
        p.count === 1 ? 'A commit is not conventional and asks' : `${p.count} commits are not conventional and ask`
      return `${count} for no release: ${shown.join(', ')}${p.count > shown.length ? ' …' : ''}.`
    },
    mend: () => 'where one of them should be released, add a changeset for it: topsail add',
    example: {
      severity: 'warning',
      count: 2,
      examples: [{ commit: '0c9f1d2e3b4a5968778695a4b3c2d1e0f9a8b7c6', subject: 'Update the pool' }],
    },
  },
  COMMIT_SCOPE_AMBIGUOUS: {
    title: 'A scope names several packages',
    says: (p) =>
      `The scope ${quote(p.scope)} of commit ${p.commit.slice(0, 7)} means ${list(p.candidates)}; it counts for each.`,
    mend: () => 'write the full name of the package as the scope',
    example: {
      severity: 'warning',
      scope: 'api',
      candidates: ['@acme/api', '@shop/api'],
      commit: '0c9f1d2e3b4a5968778695a4b3c2d1e0f9a8b7c6',
    },
  },
  CHANGESET_BELOW_COMMIT: {
    title: 'A commit asks for more than its changeset',
    says: (p) =>
      `This changeset gives ${quote(p.name)} ${p.given === 'none' ? 'no release' : `a ${p.given}`}, but commit ${p.commit.slice(0, 7)} of the same change asks for a ${p.asked}: ${quote(p.summary)}.`,
    mend: (p) => `the changeset decides; if the commit is right, write ${p.asked} into it`,
    example: {
      severity: 'warning',
      place: { file: '.changeset/brave-cats.md' },
      name: '@acme/db',
      given: 'patch',
      asked: 'major',
      commit: '0c9f1d2e3b4a5968778695a4b3c2d1e0f9a8b7c6',
      summary: 'drop the pool',
    },
  },
  CHANGESET_REVERTED: {
    title: 'The change of a changeset was reverted',
    says: (p) =>
      `Commit ${p.commit.slice(0, 7)} added this changeset, and ${p.revert.slice(0, 7)} reverted that commit, so it asks for nothing.`,
    mend: () => 'remove the file; the next version run does it otherwise',
    example: {
      severity: 'warning',
      place: { file: '.changeset/brave-cats.md' },
      commit: '0c9f1d2e3b4a5968778695a4b3c2d1e0f9a8b7c6',
      revert: '1d2e3f4a5b6c79880796a5b4c3d2e1f00a9b8c7d',
    },
  },
} satisfies Partial<AllWords>
