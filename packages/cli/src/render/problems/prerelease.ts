/** Pre mode and snapshot releases. */
import { printable, quote } from '../text.ts'
import type { AllWords } from './words.ts'

export const prereleaseProblems = {
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
    mend: (p) => `${whatIsMissing(p.placeholder)}, or take the placeholder out of the template`,
    example: {
      severity: 'error',
      place: { file: '.changeset/config.json' },
      placeholder: 'commit',
      template: '{tag}-{commit}',
    },
  },
  SNAPSHOT_VERSION_INVALID: {
    title: 'The snapshot tag or template makes no valid version',
    says: (p) => `The snapshot version would be ${quote(p.version)}, which is not a semantic version.`,
    mend: () =>
      'use letters, digits, hyphens and dots; a template may hold {tag}, {commit}, {commit-short}, {timestamp} and {datetime}',
    example: { severity: 'error', version: '0.0.0-feature/login-20261122165000' },
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
} satisfies Partial<AllWords>

function whatIsMissing(placeholder: string): string {
  if (placeholder === 'tag') return 'name a tag, as in --snapshot next'
  return 'make a first commit, in a git repository, for there is none to name'
}
