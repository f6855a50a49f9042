/** What is wrong with manifests, the workspace and files as such. */
import { printable, quote } from '../text.ts'
import type { AllWords } from './words.ts'

export const workspaceProblems = {
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
} satisfies Partial<AllWords>
