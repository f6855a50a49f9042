/** What is wrong in .changeset/config.json and topsail.json. */
import { printable, quote } from '../text.ts'
import type { AllWords } from './words.ts'

export const configurationProblems = {
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
} satisfies Partial<AllWords>
