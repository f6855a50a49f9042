/**
 * The words of every problem: one exhaustive record, so that a code without a sentence does not compile. `says` tells
 * what is wrong, `mend` how to put it right, `example` is an instance for docs/problems.md and for the snapshot test.
 * Facts are untrusted text: `printable` and `quote` clean them where they enter a sentence.
 */
import type { Problem, ProblemCode, Severity } from '@topsail/core'
import type { CliContext, Colours } from '../context.ts'
import { argument } from './argument.ts'
import { releaseProblemWords } from './release-problem.ts'
import { printable, quote } from './text.ts'

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
    says: (p) => `${quote(p.name)} is also the name of ${quote(p.keeper)}, which keeps it; this one is left out.`,
    mend: () => 'rename one of them, or take one out of the workspace globs',
    example: {
      severity: 'error',
      place: { file: 'packages/db/package.json' },
      name: '@acme/db',
      keeper: 'services/db',
    },
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
  PACKAGE_NAME_MISSING: {
    title: 'A package has no name',
    says: () => 'This manifest has no name, so no change can be meant for it.',
    mend: () => 'give the package a name, or take it out of the workspace globs',
    example: { severity: 'quarantined', place: { file: 'packages/db/package.json' } },
  },
  MANIFEST_SECTION_INVALID: {
    title: 'A dependency section is not what it should be',
    says: (p) =>
      p.key === undefined
        ? `${quote(p.field)} is not an object; it is read as empty.`
        : `The range of ${quote(p.key)} in ${quote(p.field)} is not a text; the entry is left out.`,
    mend: () => 'write an object of package names and ranges',
    example: {
      severity: 'quarantined',
      place: { file: 'packages/db/package.json', line: 7 },
      field: 'dependencies',
      key: '@acme/log',
    },
  },
  WORKSPACE_NOT_FOUND: {
    title: 'There is no workspace here',
    says: (p) => `Neither ${printable(p.cwd)} nor a folder above it has a package.json.`,
    mend: () => 'run inside of the workspace, or name its folder with --cwd',
    example: { severity: 'error', cwd: '/srv/shop' },
  },
  WORKSPACE_FILE_INVALID: {
    title: 'The file that names the members of the workspace cannot be read',
    says: (p) => `This file cannot be read: ${printable(p.detail)}.`,
    mend: () => 'mend the file; without it the members of the workspace are not known',
    example: {
      severity: 'error',
      place: { file: 'pnpm-workspace.yaml', line: 2 },
      detail: '"packages" must be a list of globs',
    },
  },
  PATH_OUTSIDE_WORKSPACE: {
    title: 'A path leads out of the workspace',
    says: (p) => `${quote(p.path)} lies outside of the workspace, by a symbolic link or by "..", and is not read.`,
    mend: () => 'put the file inside of the workspace, or take it out of the globs',
    example: { severity: 'quarantined', place: { file: 'packages/elsewhere' }, path: 'packages/elsewhere' },
  },
  FILE_TOO_LARGE: {
    title: 'A file is too large to be read',
    says: (p) => `This file has ${p.bytes} bytes; at most ${p.limit} are read.`,
    mend: () => 'make the file smaller, or take it away',
    example: { severity: 'quarantined', place: { file: '.changeset/brave-cats.md' }, bytes: 40000000, limit: 1048576 },
  },
  FILE_UNREADABLE: {
    title: 'A file cannot be read',
    says: (p) => `This file cannot be read: ${printable(p.detail)}.`,
    mend: () => 'look at its permissions and its encoding, which must be UTF-8',
    example: { severity: 'quarantined', place: { file: 'packages/db/package.json' }, detail: 'EACCES' },
  },
  CONFIG_SYNTAX: {
    title: 'A configuration file is not valid JSON',
    says: (p) => `This file is not valid JSON: ${printable(p.detail)}.`,
    mend: () => 'mend the file; nothing of it is in force until then',
    example: { severity: 'error', place: { file: 'topsail.json', line: 3 }, detail: 'comma expected' },
  },
  CONFIG_VALUE_INVALID: {
    title: 'A configuration key has a value it cannot have',
    says: (p) => `${quote(p.key)} is ${printable(p.received)}.`,
    mend: (p) => `write ${printable(p.wanted)}`,
    example: {
      severity: 'error',
      place: { file: 'topsail.json', line: 3 },
      key: 'sources',
      wanted: '"changesets" or "commits" or "both"',
      received: '"all"',
    },
  },
  CONFIG_KEY_UNKNOWN: {
    title: 'A configuration key is not known',
    says: (p) => `There is no key ${quote(p.key)}.`,
    mend: (p) => (p.closest === undefined ? 'take the key out' : `did you mean ${quote(p.closest)}?`),
    example: { severity: 'error', place: { file: 'topsail.json', line: 2 }, key: 'source', closest: 'sources' },
  },
  CONFIG_PATTERN_UNMATCHED: {
    title: 'A name or glob in the configuration matches no package',
    says: (p) => `${quote(p.pattern)} in ${quote(p.key)} matches no package of this workspace.`,
    mend: () => 'correct the name or glob, or take it out',
    example: {
      severity: 'warning',
      place: { file: '.changeset/config.json', line: 5 },
      key: 'ignore',
      pattern: '@acme/old-*',
    },
  },
  CONFIG_GROUPS_OVERLAP: {
    title: 'A package is in two groups',
    says: (p) => `${quote(p.name)} is in ${p.groups.map((group) => quote(group)).join(' and ')}.`,
    mend: () => 'leave it in one fixed or linked group',
    example: {
      severity: 'error',
      place: { file: '.changeset/config.json', line: 6 },
      name: '@acme/db',
      groups: ['fixed.0', 'linked.0'],
    },
  },
  CONFIG_PRIVATE_TAG_WITHOUT_VERSION: {
    title: 'Private packages get tags but no versions',
    says: () => 'privatePackages asks for tags of private packages, and for no versions to put into them.',
    mend: () => 'set privatePackages.version to true, or privatePackages.tag to false',
    example: { severity: 'error', place: { file: '.changeset/config.json' } },
  },
  PRE_STATE_INVALID: {
    title: 'The state of pre mode cannot be read',
    says: (p) => `This file is not a state of pre mode: ${printable(p.detail)}.`,
    mend: () => 'restore the file from git, or delete it and enter pre mode again',
    example: {
      severity: 'error',
      place: { file: '.changeset/pre.json', line: 2 },
      detail: '"mode" must be "pre" or "exit"',
    },
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
  HISTORY_UNAVAILABLE: {
    title: 'Commits cannot be read',
    says: (p) =>
      ({
        'no-git': 'git is not installed, so no commit was read.',
        'no-repository': 'This folder is in no git repository, so no commit was read.',
        'no-commits': 'This git repository has no commit on this branch yet.',
        'git-failed': `git could not read the history: ${printable(p.detail)}.`,
      })[p.why],
    mend: () => 'plan from changesets alone with --sources changesets, or run where git has the history',
    example: { severity: 'error', why: 'no-repository', detail: '' },
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
  DEPENDENCY_NOT_FOLLOWED: {
    title: 'A dependency on a released package is not followed',
    says: (p) =>
      ({
        stale: `${quote(p.name)} asks for ${quote(p.dependency)} ${quote(p.range)} in ${p.field}, which does not hold its present version ${printable(p.current)}; the release of ${printable(p.next)} does not reach it.`,
        protocol: `${quote(p.name)} depends on ${quote(p.dependency)} by ${quote(p.range)} in ${p.field}, which these rules do not understand; the release of ${printable(p.next)} does not reach it.`,
        tag: `${quote(p.name)} depends on ${quote(p.dependency)} by the dist-tag ${quote(p.range)} in ${p.field}; the release of ${printable(p.next)} does not reach it.`,
        'workspace-only': `${quote(p.name)} depends on ${quote(p.dependency)} without the workspace protocol, and bumpVersionsWithWorkspaceProtocolOnly is on; the release of ${printable(p.next)} does not reach it.`,
      })[p.why],
    mend: (p) =>
      p.why === 'stale'
        ? `write a range that holds ${printable(p.current)}, or "workspace:^"`
        : /^(?:catalog|npm):/.test(p.range)
          ? 'write "workspace:^"; the rules "topsail" read aliases, and catalogs that have an entry for it'
          : 'write "workspace:^"',
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
      'name the rules in topsail.json ("changesets@2", "changesets@3" or "topsail"), or try them with --rules',
    example: { severity: 'warning', place: { file: 'package.json' } },
  },
  MEMBERS_UNSEEN_BY_RULES: {
    title: 'Changesets 2 does not see every package',
    says: (p) =>
      `Changesets 2 reads the members from "workspaces" in package.json, which leaves out ${list(p.names)}; so do these rules.`,
    mend: () => 'list the same globs in package.json and in the file of the workspace tool, or choose other rules',
    example: { severity: 'warning', place: { file: 'package.json' }, names: ['@acme/example'] },
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
  PRE_COUNTER_NOT_A_NUMBER: {
    title: 'A prerelease version has no number to count on from',
    says: (p) =>
      `The prerelease part of ${quote(p.name)} ${printable(p.version)} does not end in a number; it starts again at 0.`,
    mend: () => 'write a version such as "1.0.0-beta.0" into the manifest',
    example: {
      severity: 'warning',
      place: { file: 'packages/db/package.json' },
      name: '@acme/db',
      version: '1.0.0-beta.x',
    },
  },
  SNAPSHOT_IN_PRE_MODE: {
    title: 'A snapshot release was asked for in pre mode',
    says: (p) =>
      `The workspace is in pre mode with the tag ${quote(p.tag)}, and a snapshot release cannot be made from there.`,
    mend: () => 'leave pre mode first',
    example: { severity: 'error', place: { file: '.changeset/pre.json' }, tag: 'beta' },
  },
  SNAPSHOT_TAG_NOT_IN_TEMPLATE: {
    title: 'The snapshot template has no place for the tag',
    says: (p) =>
      `The snapshot tag ${quote(p.tag)} was given, but the template ${quote(p.template)} does not hold {tag}.`,
    mend: () => 'put {tag} into snapshot.prereleaseTemplate, or give no tag',
    example: { severity: 'error', place: { file: '.changeset/config.json' }, tag: 'canary', template: '{datetime}' },
  },
  SNAPSHOT_PLACEHOLDER_EMPTY: {
    title: 'The snapshot template names something that is not known',
    says: (p) =>
      `The snapshot template ${quote(p.template)} holds {${printable(p.placeholder)}}, for which there is no value.`,
    mend: () => 'give a tag, run inside a git repository, or take the placeholder out of the template',
    example: {
      severity: 'error',
      place: { file: '.changeset/config.json' },
      placeholder: 'commit',
      template: '{tag}-{commit}',
    },
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
    says: (p) => `This file cannot be read: ${printable(p.detail)}.`,
    mend: () => 'check the path; it is taken from the folder that the command runs in',
    example: { severity: 'error', place: { file: 'plan.json' }, detail: 'ENOENT' },
  },
  OUTPUT_UNWRITABLE: {
    title: 'A file named on the command line cannot be written',
    says: (p) => `This file cannot be written: ${printable(p.detail)}.`,
    mend: () => 'check that its folder exists and may be written to',
    example: { severity: 'error', place: { file: 'out/plan.json' }, detail: 'ENOENT' },
  },
  SNAPSHOT_VERSION_INVALID: {
    title: 'The snapshot tag or template makes no valid version',
    says: (p) => `The snapshot version would be ${quote(p.version)}, which is not a semantic version.`,
    mend: () =>
      'use letters, digits, hyphens and dots; a template may hold {tag}, {commit}, {commit-short}, {timestamp} and {datetime}',
    example: { severity: 'error', version: '0.0.0-feature/login-20261122165000' },
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
  WRITE_LEFT_OPEN: {
    title: 'Writing failed, and so did putting it back',
    says: (p) => `Writing stopped: ${printable(p.detail)}. Putting files back stopped too: ${printable(p.undoing)}.`,
    mend: () => 'remove the cause and run the command again: it puts every file back first',
    example: { severity: 'error', detail: 'no space left on device', undoing: 'no space left on device' },
  },
  VERSION_IN_PROGRESS: {
    title: 'Another run is writing versions here',
    says: (p) => `Another process${p.pid === undefined ? '' : ` (${p.pid})`} is writing versions in this workspace.`,
    mend: () => 'wait until it has ended',
    example: { severity: 'error', pid: 4711 },
  },
  VERSION_CUT_OFF: {
    title: 'An earlier run was cut off while it wrote versions',
    says: (p) => `A run of topsail version was cut off; up to ${p.count} files here are half old and half new.`,
    mend: () => 'run topsail version again: it first puts every file back as it was',
    example: { severity: 'error', count: 12 },
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
  PUBLISH_ONLY_UNKNOWN: {
    title: 'Asked to publish a package that is never released',
    says: (p) => `${quote(p.name)} is not a package that this workspace releases.`,
    mend: () => 'name a member that has a version, is not ignored and is not private',
    example: { severity: 'error', name: '@acme/bd' },
  },
  PUBLISH_NEEDS_LEFT_OUT: {
    title: 'A package would be published without its dependency',
    says: (p) => `${quote(p.name)} needs ${quote(p.dependency)}, which its registry lacks and --only leaves out.`,
    mend: (p) => `add --only ${printable(p.dependency)}`,
    example: { severity: 'error', name: '@acme/api', dependency: '@acme/db' },
  },
  PUBLISH_NEEDS_PRIVATE: {
    title: 'A public package depends on a private one',
    says: (p) => `${quote(p.name)} depends on ${quote(p.dependency)}, which is private: nobody can install it.`,
    mend: () => 'bundle it and list it in devDependencies or bundleDependencies, or take "private" out of its manifest',
    example: { severity: 'warning', name: '@acme/api', dependency: '@acme/internal' },
  },
  PUBLISH_TREE_DIRTY: {
    title: 'Publishing from a tree with uncommitted changes',
    says: (p) => `HEAD is what is released, but these files differ from it: ${list(p.files)}.`,
    mend: () => 'commit them, or put them back, when they belong in the tarballs',
    example: { severity: 'warning', files: ['packages/db/src/pool.ts'] },
  },
  PUBLISH_VERSIONS_UNCOMMITTED: {
    title: 'New versions are not committed',
    says: (p) => `HEAD is what is released, and on disk these packages have another version: ${list(p.names)}.`,
    mend: () => 'commit the new versions first',
    example: { severity: 'error', names: ['@acme/db'] },
  },
  REGISTRY_UNREACHABLE: {
    title: 'A registry does not answer',
    says: (p) =>
      `${quote(p.registry)} did not say whether it has ${list(p.names)} (${printable(p.detail)}), so nothing was published.`,
    mend: () => 'run the same command again when it answers',
    example: { severity: 'error', registry: 'https://registry.npmjs.org/', names: ['@acme/db'], detail: '503' },
  },
  REGISTRY_WITHOUT_TOKEN: {
    title: 'There are no credentials for a registry',
    says: (p) => `No .npmrc and no npm_config_ variable has credentials for ${quote(p.registry)}.`,
    mend: (p) =>
      `write ${printable(p.registry.replace(/^https?:/, ''))}:_authToken=\${NPM_TOKEN} to an .npmrc and set NPM_TOKEN`,
    example: { severity: 'warning', registry: 'https://registry.npmjs.org/' },
  },
  DIST_TAG_INVALID: {
    title: 'A dist-tag that no registry takes',
    says: (p) => `${quote(p.distTag)} cannot be a dist-tag: it is empty, reads as a version range, or needs escaping.`,
    mend: () => 'take a word such as "next"',
    example: { severity: 'error', distTag: '1.x' },
  },
  DIST_TAG_WOULD_GO_BACK: {
    title: 'A fix to an old line does not take latest',
    says: (p) =>
      `${quote(p.name)} has ${printable(p.latest)} as latest, so ${printable(p.version)} goes under ${quote(p.distTag)}.`,
    mend: () => 'choose another dist-tag with --tag or publishConfig.tag',
    example: { severity: 'warning', name: '@acme/db', version: '1.2.5', latest: '2.0.0', distTag: 'release-1.x' },
  },
  TAG_AT_OTHER_COMMIT: {
    title: 'A git tag stands at another commit than the one published',
    says: (p) =>
      `The tag ${quote(p.tag)} is at ${p.at.slice(0, 8)}, but its registry lacks that version and HEAD is ${p.head.slice(0, 8)}. It stays there.`,
    mend: () => 'check that commit out to publish exactly what was tagged',
    example: { severity: 'warning', name: '@acme/db', tag: '@acme/db@1.2.0', at: 'a'.repeat(40), head: 'b'.repeat(40) },
  },
  TAG_COMMIT_UNKNOWN: {
    title: 'The clone is too shallow to tag what was released before',
    says: (p) =>
      `The history at hand ends before the commit that released ${list(p.names)}, so no tag was made for it.`,
    mend: () => 'fetch the history with git fetch --unshallow, then run again',
    example: { severity: 'warning', names: ['@acme/db'] },
  },
  TAG_DIFFERS_ON_REMOTE: {
    title: 'A git tag differs between here and the remote',
    says: (p) =>
      `The tag ${quote(p.tag)} is at ${p.local.slice(0, 8)} here and at ${p.remote.slice(0, 8)} on the remote.`,
    mend: () => 'decide which is right, and delete the other',
    example: { severity: 'warning', tag: '@acme/db@1.2.0', local: 'a'.repeat(40), remote: 'b'.repeat(40) },
  },
  GIT_REMOTE_UNREACHABLE: {
    title: 'The git remote does not answer',
    says: (p) =>
      `Which tags ${quote(p.remote)} has could not be read (${printable(p.detail)}), so nothing was published.`,
    mend: () => 'give access to the remote, or leave it alone with --no-push',
    example: { severity: 'error', remote: 'origin', detail: 'could not read from remote repository' },
  },
  SET_UNREADABLE: {
    title: 'A release set cannot be read',
    says: (p) => `The commit ${printable(p.commit)} should hold a release set, and holds none that can be read.`,
    mend: () => 'the others are shown; a newer Topsail may have written this one',
    example: { severity: 'warning', commit: '1f3870be274f6c49b3e31a0c6728957f2b3c4d5e' },
  },
  SET_UNKNOWN: {
    title: 'There is no such release set',
    says: (p) => `No release set is called ${quote(p.asked)}${p.known.length === 0 ? '; there is none yet' : ''}.`,
    mend: (p) =>
      p.known.length === 0
        ? 'a release leaves one when it is finished'
        : `name one by the beginning of its id (${p.known.map(printable).join(', ')}), by its release, or say latest or previous`,
    example: { severity: 'error', asked: 'abc', known: ['4f1d2c3b5a69', '0b7e88aa1c2d'] },
  },
  SET_AMBIGUOUS: {
    title: 'Several release sets begin like that',
    says: (p) => `${quote(p.asked)} may be any of ${p.matches.map(printable).join(', ')}.`,
    mend: () => 'write more of the id',
    example: { severity: 'error', asked: '4f', matches: ['4f1d2c3b5a69', '4fe8a1b2c3d4'] },
  },
  SET_NOT_SIGNED: {
    title: 'A release set could not be signed',
    says: (p) => `The release set is recorded without a signature: ${printable(p.detail)}.`,
    mend: () => 'set user.signingKey (and gpg.format) for git, or set release.sign to false',
    example: { severity: 'warning', detail: 'git cannot sign: error: gpg failed to sign the data' },
  },
  RECORDS_NOT_FETCHED: {
    title: 'The records of other machines could not be fetched',
    says: (p) =>
      `What ${quote(p.remote)} has of release sets could not be read (${printable(p.detail)}); this is what this clone knows.`,
    mend: () => 'give access to the remote, or leave it alone with --no-fetch',
    example: { severity: 'warning', remote: 'origin', detail: 'could not read from remote repository' },
  },
  PACK_FAILED: {
    title: 'A package cannot be packed',
    says: (p) => `${quote(p.name)} cannot be packed: ${printable(p.detail)}.`,
    mend: () => 'nothing was uploaded; mend it and run the same command again',
    example: { severity: 'error', name: '@acme/db', detail: 'publishConfig.directory "dist" has no package.json' },
  },
  BUILD_SCRIPT_MISSING: {
    title: 'There is no script to build with',
    says: (p) =>
      `release.build names the script ${quote(p.script)}, which neither the root nor a package to be published has.`,
    mend: () => 'name a script that exists, or set release.build to false',
    example: { severity: 'error', script: 'compile' },
  },
  BUILD_FAILED: {
    title: 'The build before packing failed',
    says: (p) =>
      `The build${p.name === undefined ? '' : ` of ${quote(p.name)}`} failed (${printable(p.command)}): ${printable(p.detail)}`,
    mend: () => 'nothing was packed or uploaded; mend the build, or leave it out with --no-build',
    example: {
      severity: 'error',
      name: undefined,
      script: 'build',
      command: 'turbo run build --filter=@acme/db',
      detail: 'src/index.ts(3,1): error TS2304: Cannot find name "pool".',
    },
  },
  PACK_SCRIPT_FAILED: {
    title: 'A lifecycle script failed while packing',
    says: (p) => `The ${quote(p.script)} script of ${quote(p.name)} failed: ${printable(p.detail)}`,
    mend: () => 'nothing was uploaded; mend it and run the same command again',
    example: { severity: 'error', name: '@acme/db', script: 'prepack', detail: 'tsc: command not found' },
  },
  PUBLISH_SCRIPT_FAILED: {
    title: 'A script failed after its package was published',
    says: (p) => `${quote(p.name)} is published; its ${quote(p.script)} script failed: ${printable(p.detail)}.`,
    mend: () => 'run the script by hand if it still matters',
    example: { severity: 'warning', name: '@acme/db', script: 'postpublish', detail: 'exit code 1' },
  },
  TARBALL_RANGE_UNPUBLISHABLE: {
    title: 'A tarball holds a range that nobody outside can resolve',
    says: (p) =>
      `${quote(p.name)} would be published with ${quote(p.dependency)}: ${quote(p.range)} in ${printable(p.field)}.`,
    mend: () => 'nothing was uploaded; pack with a package manager that replaces it, or write a plain range',
    example: {
      severity: 'error',
      name: '@acme/api',
      dependency: '@acme/db',
      field: 'dependencies',
      range: 'workspace:^',
    },
  },
  UPLOAD_REFUSED: {
    title: 'A registry refuses a package',
    says: (p) => `${quote(p.registry)} refused ${printable(`${p.name}@${p.version}`)}: ${printable(p.detail)}.`,
    mend: () => 'check who may publish this package, then run the same command again',
    example: {
      severity: 'error',
      name: '@acme/db',
      version: '1.2.0',
      registry: 'https://registry.npmjs.org/',
      detail: '403 Forbidden',
    },
  },
  UPLOAD_UNAUTHORISED: {
    title: 'A registry does not accept the credentials',
    says: (p) => `${quote(p.registry)} did not accept the credentials for ${quote(p.name)}: ${printable(p.detail)}.`,
    mend: (p) => (p.oneTimePassword ? 'give a one-time password with --otp' : 'renew the token, then run again'),
    example: {
      severity: 'error',
      name: '@acme/db',
      registry: 'https://registry.npmjs.org/',
      oneTimePassword: false,
      detail: '401 Unauthorized',
    },
  },
  UPLOAD_GAVE_UP: {
    title: 'An upload did not succeed in several attempts',
    says: (p) =>
      `${printable(`${p.name}@${p.version}`)} could not be uploaded to ${quote(p.registry)} in ${p.attempts} attempts: ${printable(p.detail)}.`,
    mend: () => 'run the same command again; it asks the registry first',
    example: {
      severity: 'error',
      name: '@acme/db',
      version: '1.2.0',
      registry: 'https://registry.npmjs.org/',
      attempts: 5,
      detail: '503 Service Unavailable',
    },
  },
  VERSION_TAKEN_BY_OTHER: {
    title: 'Somebody else published this version',
    says: (p) =>
      `${quote(p.registry)} has ${printable(`${p.name}@${p.version}`)} with other content (${printable(p.theirs)}) than ours.`,
    mend: () => 'release another version',
    example: {
      severity: 'error',
      name: '@acme/db',
      version: '1.2.0',
      registry: 'https://registry.npmjs.org/',
      ours: 'sha512-AAAA',
      theirs: 'sha512-BBBB',
    },
  },
  CONFIRM_TIMED_OUT: {
    title: 'A registry accepted a version and does not serve it',
    says: (p) =>
      `${printable(`${p.name}@${p.version}`)} was uploaded, but ${quote(p.registry)} still did not serve it after ${p.seconds} seconds (${printable(p.detail)}).`,
    mend: () => 'go on later with topsail resume; what it serves by then counts as published',
    example: {
      severity: 'error',
      name: '@acme/db',
      version: '1.2.0',
      registry: 'https://registry.npmjs.org/',
      seconds: 1800,
      detail: 'not there',
    },
  },
  TAGS_NOT_MADE: {
    title: 'The git tags could not be made',
    says: (p) => `Git could not make the tags: ${printable(p.detail)}.`,
    mend: () => 'go on with topsail resume; it makes the missing ones',
    example: { severity: 'error', detail: 'cannot lock ref' },
  },
  TAGS_NOT_PUSHED: {
    title: 'The git tags could not be pushed',
    says: (p) => `The tags are made here, but ${quote(p.remote)} did not take them: ${printable(p.detail)}.`,
    mend: () => 'go on with topsail resume; it pushes what the remote lacks',
    example: { severity: 'error', remote: 'origin', detail: 'permission denied' },
  },
  ...releaseProblemWords,
} satisfies { readonly [Code in ProblemCode]: ProblemWords<ProblemWith<Code>> }

/** One problem as a paragraph: severity, code and place; the sentence; the mend. */
export function renderProblem(problem: Problem, colours: Colours): string {
  const words = wordsOf(problem)
  const mend = words.mend(problem)
  const place = placeOf(problem)
  const head = [severityLabel(problem.severity, colours), colours.bold(problem.code), place && colours.cyan(place)]
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
