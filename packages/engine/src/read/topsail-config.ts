/**
 * The description of `topsail.json`. Every key is optional. `packages/cli/schema/topsail.schema.json` is generated from
 * here by `schemaOf`, and a test keeps the two equal.
 */
import {
  bumps,
  commitPresetNames,
  dependencyFields,
  prereleaseWays,
  rangeRelations,
  rulesNames,
  sourcesNames,
} from '@topsail/core'
import type { Shape } from './config-shape.ts'
import { targetsShape } from './targets-config.ts'

const bump: Shape = { kind: 'choice', of: bumps }
const names: Shape = { kind: 'list', item: { kind: 'text' } }
const versionPattern = '^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$'
const tagPattern: Shape = {
  kind: 'text',
  pattern: '^[^\\s~^:?*\\[\\\\]*\\{version\\}[^\\s~^:?*\\[\\\\]*$',
  wanted: 'a tag name that holds {version}, and {name} where there are several packages',
}

const cascadeTable: Shape = {
  kind: 'object',
  keys: Object.fromEntries(
    dependencyFields.map((field) => [
      field,
      { kind: 'object', keys: Object.fromEntries(rangeRelations.map((relation) => [relation, bump])) } satisfies Shape,
    ]),
  ),
}

/** Keys of `.changeset/config.json` that a repository without it may write here; over it where both have them. */
const shared: Readonly<Record<string, Shape>> = {
  baseBranch: { kind: 'text', says: 'The branch that releases are made from.', default: 'main' },
  fixed: {
    kind: 'list',
    item: names,
    says: 'Groups of packages, as names or globs, that always release together with one version.',
  },
  linked: {
    kind: 'list',
    item: names,
    says: 'Groups of packages, as names or globs, that share one version when they release.',
  },
  ignore: { ...names, says: 'Packages, as names or globs, that are never released.' },
  privatePackages: {
    kind: 'either',
    shapes: [{ kind: 'flag' }, { kind: 'object', keys: { version: { kind: 'flag' }, tag: { kind: 'flag' } } }],
    says: 'Whether private packages get versions and tags.',
  },
  updateInternalDependencies: {
    kind: 'choice',
    of: ['patch', 'minor'],
    says: 'The least bump of a dependency that rewrites ranges which still contain it.',
    default: 'patch',
  },
  updateInternalDependents: {
    kind: 'choice',
    of: ['always', 'out-of-range'],
    says: 'Whether dependents release although their range still contains the new version.',
    default: 'out-of-range',
  },
  access: {
    kind: 'choice',
    of: ['public', 'restricted'],
    says: 'Who may install the published packages.',
    default: 'restricted',
  },
  changelog: {
    kind: 'either',
    shapes: [
      { kind: 'choice', of: [false] },
      { kind: 'text' },
      { kind: 'pair', items: [{ kind: 'text' }, { kind: 'any' }] },
    ],
    says: 'The module that writes changelog entries, alone or with its options; false writes none.',
  },
  format: {
    kind: 'choice',
    of: ['auto', 'prettier', 'oxfmt', 'deno', 'dprint', 'biome', false],
    says: 'The formatter of written files.',
    default: 'auto',
  },
}

export const topsailConfig: Shape = {
  kind: 'object',
  says: 'Configuration of Topsail. Every key is optional.',
  keys: {
    $schema: { kind: 'text' },
    sources: {
      kind: 'choice',
      of: sourcesNames,
      says: 'Where changes are read from: changeset files, conventional commits, or both.',
    },
    rootPackage: {
      kind: 'flag',
      says: 'Whether the package of the root folder is released too, beside the members of the workspace.',
      default: false,
    },
    packages: {
      ...names,
      says: 'Folders of packages, as globs, in a repository where no package manager has workspaces.',
    },
    rules: { kind: 'choice', of: rulesNames, says: 'The preset that decides which dependents release, and how.' },
    cascade: {
      kind: 'map',
      value: cascadeTable,
      says: 'Per dependent package (name or glob): kind of dependency, how the new version relates to the range, and the bump that follows.',
    },
    commits: {
      kind: 'object',
      says: 'How commit messages are read.',
      keys: {
        preset: {
          kind: 'choice',
          of: commitPresetNames,
          says: 'A named table of commit type to bump.',
          default: 'conventional',
        },
        types: { kind: 'map', value: bump, says: 'Commit type to bump, over the table of the preset.' },
        zeroMajor: {
          kind: 'map',
          value: { kind: 'choice', of: ['none', 'major-to-minor', 'minor-to-patch', 'shift'] },
          says: 'Per package (name or glob): what a bump that commits ask for means for 0.x versions, over `zeroMajor`.',
        },
        exclamationMark: {
          kind: 'flag',
          says: 'Whether `feat!: x` is a breaking change under the preset `lerna`, as with changelogPreset `conventionalcommits`.',
          default: false,
        },
        ignoreFiles: {
          ...names,
          says: 'Files, as globs from the root of the workspace; one without a slash is meant in any folder. Where only such files of a package changed since its release, its commits ask for nothing.',
        },
        excludePaths: {
          kind: 'map',
          value: names,
          says: 'Per package (name or glob): folders, from the root of the workspace; a commit counts for the package only where it touched something of it outside of them.',
        },
        initialVersion: {
          kind: 'map',
          value: { kind: 'text', pattern: versionPattern, wanted: 'a version' },
          says: 'Per package (name or glob): the version that follows 0.0.0, over the preset.',
        },
        prerelease: {
          kind: 'choice',
          of: prereleaseWays,
          says: 'What a bump makes of a prerelease outside of pre mode, over the preset: `finish` drops its suffix, `keep` raises the numbers alone, `count` the last number of the suffix alone, `continue` that number where the others hold the bump already.',
        },
        lockfiles: {
          kind: 'flag',
          says: 'Whether a commit that touches a lockfile counts for every package, under the preset `nx`.',
          default: true,
        },
        scopes: {
          kind: 'flag',
          says: 'Whether a scope says whom a commit is for, under the presets that read scopes.',
          default: true,
        },
        since: {
          kind: 'text',
          pattern: '^[0-9a-f]{40}([0-9a-f]{24})?$',
          wanted: 'the whole hash of a commit',
          says: 'What this commit of the base branch contains counts for no package. `topsail init` writes it where Changesets alone decided before, and where release-please was told to look no further back.',
        },
      },
    },
    zeroMajor: {
      kind: 'choice',
      of: ['none', 'major-to-minor', 'shift'],
      says: 'What a bump means for 0.x packages.',
      default: 'none',
    },
    maxBump: {
      kind: 'choice',
      of: ['patch', 'minor', 'major'],
      says: 'No release is bumped by more than this.',
      default: 'major',
    },
    tagPattern: {
      kind: 'either',
      shapes: [tagPattern, { kind: 'map', value: tagPattern }],
      says: 'How release tags are named, one pattern for all packages or one by name or glob; {name}, {shortName} (without the scope) and {version} are filled in.',
      default: '{name}@{version}',
    },
    check: {
      kind: 'object',
      says: 'What `topsail check` leaves alone.',
      keys: {
        exclude: { ...names, says: 'Packages, as names or globs, that never need a changeset.' },
        ignore: { ...names, says: 'Files, as globs relative to their package, that never need a changeset.' },
      },
    },
    targets: targetsShape,
    release: {
      kind: 'object',
      says: 'How a release is carried out.',
      keys: {
        build: {
          kind: 'either',
          shapes: [
            { kind: 'choice', of: ['auto', false] },
            { kind: 'text', pattern: '^[A-Za-z0-9_][\\w:./@-]*$' },
          ],
          says: 'The script that builds what is released, before it is packed: through turbo where the workspace has it. `auto` runs `build` where there is one, false builds nothing.',
          default: 'auto',
        },
        refs: {
          kind: 'text',
          pattern: '^refs/[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$',
          wanted: 'the beginning of a ref, such as refs/topsail',
          says: 'Where journals, the lease and release sets are kept in git. Where a remote refuses the default, branches below refs/heads/topsail serve instead.',
          default: 'refs/topsail',
        },
        leaseSeconds: {
          kind: 'whole',
          least: 2,
          most: 3600,
          says: 'How long a release that has gone silent keeps others out, in seconds.',
          default: 60,
        },
        promotion: {
          kind: 'choice',
          of: ['auto', 'candidate', 'staged', 'direct'],
          says: 'How versions become what people install: all together once the whole set is confirmed (candidate, staged), or each at its upload (direct). `auto` takes candidate where registries and credentials allow it.',
          default: 'auto',
        },
        sign: {
          kind: 'flag',
          says: 'Whether release sets are signed with the git signing key of whoever releases.',
          default: false,
        },
        announce: {
          ...names,
          says: 'A command, program and arguments, that is told of every finished release as JSON on its standard input.',
        },
      },
    },
    pullRequest: {
      kind: 'object',
      says: 'The release pull request, and what is said under others.',
      keys: {
        branch: {
          kind: 'text',
          pattern: '^[A-Za-z0-9_][A-Za-z0-9_-]*(?:[./][A-Za-z0-9_-]+)*$',
          wanted: 'a branch name of letters, digits, -, _, . and /',
          says: 'The branch of the release pull request. Topsail rebuilds it; nobody else should push to it.',
          default: 'topsail/release',
        },
        title: {
          kind: 'text',
          says: 'The title of the release pull request and the subject of its commit; {packages} is filled in.',
          default: 'chore: release {packages}',
        },
        commit: {
          kind: 'choice',
          of: ['api', 'git'],
          says: 'Who makes the commit of the release: the forge through its API, which signs it, or git on this machine.',
          default: 'api',
        },
        comment: {
          kind: 'flag',
          says: 'Whether `topsail ci pr` writes a comment under other pull requests; the check run is there either way.',
          default: true,
        },
      },
    },
    forgeReleases: {
      kind: 'object',
      says: 'What the forge tells about a release that is published.',
      keys: {
        perPackage: { kind: 'flag', says: 'A release of the forge for each package, at its tag.', default: true },
        aggregated: {
          kind: 'flag',
          says: 'One more for all that was released together, at a tag `release-…` of its own.',
          default: false,
        },
        tellIssues: {
          kind: 'flag',
          says: 'A comment on each issue and pull request that a release closes, once.',
          default: false,
        },
      },
    },
    ...shared,
  },
}
