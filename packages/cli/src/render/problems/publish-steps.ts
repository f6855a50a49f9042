/** Steps of a publish that failed: building, packing, uploading, tagging. */
import { printable, quote } from '../text.ts'
import type { AllWords } from './words.ts'

export const publishStepsProblems = {
  PACK_FAILED: {
    title: 'A package cannot be packed',
    says: (p) => `${quote(p.name)} cannot be packed: ${printable(p.detail)}.`,
    mend: () => 'nothing was uploaded; mend it and run the same command again',
    example: { severity: 'error', name: '@acme/db', detail: 'publishConfig.directory "dist" has no package.json' },
  },
  GO_MODULE_MISSING: {
    title: 'A Go module has no go.mod',
    says: (p) =>
      `${quote(p.name)} has a target of kind go, and no go.mod with a module line is committed beside its manifest.`,
    mend: () => 'nothing was uploaded; commit a go.mod there (go mod init), or take the target away',
    example: { severity: 'error', name: '@acme/db', place: { file: 'services/db/go.mod' } },
  },
  GO_MODULE_PATH: {
    title: 'A Go module is called by a path under which Go does not find its version',
    says: (p) =>
      `The module of ${quote(p.name)} is called ${quote(p.module)}; at ${p.version} its path has to ${p.wanted === '' ? 'end without a major version' : `end in ${quote(p.wanted)}`}.`,
    mend: () =>
      'nothing was uploaded; write that path in go.mod and in the imports that name it, commit, and run the same command again',
    example: {
      severity: 'error',
      name: '@acme/db',
      version: '2.0.0',
      module: 'example.com/acme/services/db',
      wanted: '/services/db/v2',
      place: { file: 'services/db/go.mod', line: 1 },
    },
  },
  BUILD_SCRIPT_MISSING: {
    title: 'There is no script to build with',
    says: (p) =>
      `release.build names the script ${quote(p.script)}, which neither the root nor a package to be published has.`,
    mend: () => 'name a script that exists, or set release.build to false',
    example: { severity: 'error', script: 'compile' },
  },
  INSTALL_FAILED: {
    title: 'The dependencies of a release could not be installed',
    says: (p) =>
      `The release is finished from its own commit, in a folder of its own, and the dependencies could not be installed there (${printable(p.command)}): ${printable(p.detail)}`,
    mend: () =>
      'give the install what it lacks and run topsail resume; or check that commit out, install, and resume there',
    example: {
      severity: 'error',
      command: 'pnpm install --frozen-lockfile --prefer-offline',
      detail: 'ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile"',
    },
  },
  BUILD_FAILED: {
    title: 'The build before packing failed',
    says: (p) =>
      `The build${p.name === undefined ? '' : ` of ${quote(p.name)}`} failed (${printable(p.command)}): ${printable(p.detail)}`,
    mend: () =>
      'nothing was packed or uploaded; mend the build, or leave it out: topsail publish --no-build, or "release": {"build": false} in topsail.json',
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
    mend: (p) =>
      p.detail.includes('web page')
        ? 'log in where that page wants it, or set proxy or noproxy in an .npmrc; then run the same command again: it asks the registry first'
        : 'run the same command again; it asks the registry first',
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
  ANNOUNCE_FAILED: {
    title: 'A finished release could not be announced',
    says: (p) => `Everything is public, but announcing it failed (${printable(p.by)}): ${printable(p.detail)}.`,
    mend: () => 'nothing is taken back; topsail resume, or the next publish, tells again',
    example: { severity: 'error', by: 'release set', detail: 'the remote does not answer' },
  },
} satisfies Partial<AllWords>
