/** What keeps versions from being written, or was found while they were. */
import { printable, quote } from '../text.ts'
import { list, type AllWords } from './words.ts'

export const versionProblems = {
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
  TREE_STATE_UNKNOWN: {
    title: 'Git could not tell which files have uncommitted changes',
    says: (p) => `\`git status\` failed, so uncommitted changes are not looked for: ${printable(p.detail)}.`,
    mend: () => 'run git status and mend what it says; --allow-dirty does not ask',
    example: { severity: 'warning', detail: 'fatal: index file corrupt' },
  },
  COMMIT_FAILED: {
    title: 'What was written could not be committed',
    says: (p) => `The files are written, but git did not commit them: ${printable(p.detail)}.`,
    mend: () => 'commit them yourself; --no-commit, or "commit": false in .changeset/config.json, makes no commit',
    example: { severity: 'error', detail: 'Author identity unknown' },
  },
  COMMIT_MODULE_UNUSABLE: {
    title: 'The module that words commits cannot be used',
    says: (p) =>
      `The files are written, but not committed: "commit" names ${quote(p.module)}, and ${printable(p.detail)}.`,
    mend: (p) =>
      installHint(p) ?? 'install or correct the module, or write "commit": true for the messages of Changesets',
    example: {
      severity: 'error',
      place: { file: '.changeset/config.json' },
      module: './commit.js',
      detail: 'it is not installed here',
    },
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
    mend: (p) =>
      installHint(p) ?? 'install it as a development dependency of the workspace root, or set "changelog" to false',
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
    says: (p) =>
      `${quote(p.module)} ${p.name === undefined ? 'cannot be loaded' : `failed for ${quote(p.name)}`}: ` +
      `${printable(p.detail)}. Nothing was written.`,
    mend: (p) => installHint(p) ?? 'mend what it complains of (often a missing token), or choose another "changelog"',
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
    mend: (p) => installHint(p) ?? 'install it, or set "format" to false in .changeset/config.json',
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
} satisfies Partial<AllWords>

/** What is declared and not there needs no new line in any manifest. */
function installHint({ install }: { readonly install?: string | undefined }): string | undefined {
  return install === undefined ? undefined : `install what the manifests here declare: ${printable(install)}`
}
