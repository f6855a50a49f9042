/** What may be wrong with the shape of a workspace: its globs, its links, its edges. */
import type { BadInput } from './world.ts'

const yaml = (text: string): BadInput['files'] => ({ 'pnpm-workspace.yaml': text })
const npm = (workspaces: unknown): BadInput['files'] => ({
  'pnpm-workspace.yaml': undefined,
  'package-lock.json': '{}',
  'package.json': JSON.stringify({ name: 'acme', private: true, workspaces }),
})
const pkg = (name: string, more: object = {}): string => JSON.stringify({ name, version: '1.0.0', ...more })
const needs = (name: string, range = '^1.0.0') => ({ dependencies: { [name]: range } })

export const workspaces: readonly BadInput[] = [
  {
    name: 'a workspace file that is no YAML',
    files: yaml('packages: [}'),
    codes: ['CHANGESET_UNKNOWN_PACKAGE', 'WORKSPACE_FILE_INVALID'],
    plan: {},
  },
  {
    name: 'a workspace file with a tab',
    files: yaml('packages:\n\t- packages/*\n'),
    codes: ['CHANGESET_UNKNOWN_PACKAGE', 'WORKSPACE_FILE_INVALID'],
    plan: {},
  },
  {
    name: 'packages that are a text',
    files: yaml('packages: packages/*\n'),
    codes: ['CHANGESET_UNKNOWN_PACKAGE', 'WORKSPACE_FILE_INVALID'],
    plan: {},
  },
  {
    name: 'packages that are numbers',
    files: yaml('packages: [1, 2]\n'),
    codes: ['CHANGESET_UNKNOWN_PACKAGE', 'WORKSPACE_FILE_INVALID'],
    plan: {},
  },
  {
    name: 'a workspace file that is a YAML bomb',
    files: yaml(yamlBomb()),
    codes: ['CHANGESET_UNKNOWN_PACKAGE', 'WORKSPACE_FILE_INVALID'],
    plan: {},
  },
  {
    name: 'a workspace file nested ten thousand deep',
    files: yaml('['.repeat(1e4)),
    codes: ['CHANGESET_UNKNOWN_PACKAGE', 'WORKSPACE_FILE_INVALID'],
    plan: {},
  },
  {
    name: 'a workspace file of 2 MB',
    files: yaml(`# ${'x'.repeat(2e6)}\npackages: [packages/*]\n`),
    codes: ['CHANGESET_UNKNOWN_PACKAGE', 'WORKSPACE_FILE_INVALID'],
    plan: {},
  },
  {
    name: 'globs that leave the workspace',
    files: yaml('packages:\n  - packages/*\n  - ../secret\n  - ../*\n'),
    codes: ['PATH_OUTSIDE_WORKSPACE'],
  },
  { name: 'a glob from the top of the disk', files: yaml('packages:\n  - packages/*\n  - /etc/*\n'), codes: [] },
  {
    name: 'a glob that climbs in the middle',
    files: yaml('packages:\n  - packages/*\n  - packages/../../secret\n'),
    codes: ['PATH_OUTSIDE_WORKSPACE'],
  },
  {
    name: 'a glob of a drive',
    files: yaml("packages:\n  - packages/*\n  - 'C:\\secret'\n"),
    codes: ['PATH_OUTSIDE_WORKSPACE'],
  },
  {
    name: 'a glob with a NUL byte',
    files: yaml('packages:\n  - packages/*\n  - "a\\0b"\n'),
    codes: ['PATH_OUTSIDE_WORKSPACE'],
  },
  { name: 'a thousand globstars', files: yaml(`packages:\n  - packages/*\n  - '${'**/'.repeat(1000)}x'\n`), codes: [] },
  {
    name: 'braces that grow without end',
    files: yaml(`packages:\n  - packages/*\n  - '${'{a,b}'.repeat(40)}'\n`),
    codes: [],
  },
  {
    name: 'a range of numbers that grows without end',
    files: yaml("packages:\n  - packages/*\n  - 'x{1..1000000000}'\n"),
    codes: [],
  },
  { name: 'a glob that is not closed', files: yaml("packages:\n  - packages/*\n  - 'packages/[a'\n"), codes: [] },
  { name: 'a glob that backtracks', files: yaml(`packages:\n  - packages/*\n  - '${'*a'.repeat(60)}b'\n`), codes: [] },
  {
    name: 'ten thousand globs',
    files: yaml(
      `packages:\n  - packages/*\n${Array.from({ length: 10_000 }, (_, index) => `  - x${index}/*\n`).join('')}`,
    ),
    codes: [],
  },
  {
    name: 'a glob that takes everything away',
    files: yaml("packages:\n  - packages/*\n  - '!**'\n"),
    codes: ['CHANGESET_UNKNOWN_PACKAGE'],
    plan: {},
  },
  { name: 'workspaces that are a number', files: npm(5), codes: ['CHANGESET_UNKNOWN_PACKAGE'], plan: {} },
  { name: 'workspaces that hold numbers', files: npm(['packages/*', 5, null, {}]), codes: [] },
  { name: 'workspaces as an object', files: npm({ packages: ['packages/*'] }), codes: [] },
  {
    name: 'a lerna.json that is malformed',
    files: { ...npm(undefined), 'package-lock.json': undefined, 'lerna.json': '{' },
    codes: ['WORKSPACE_FILE_INVALID'],
  },
  {
    name: 'a member that links out of the workspace',
    files: { 'packages/c': { link: '../../secret' } },
    codes: ['PATH_OUTSIDE_WORKSPACE'],
  },
  { name: 'a member that links to the workspace itself', files: { 'packages/c': { link: '..' } }, codes: [] },
  {
    name: 'members that link to each other',
    files: { 'packages/c': { link: 'd' }, 'packages/d': { link: 'c' } },
    codes: [],
  },
  {
    name: 'a folder that holds a link to its parent, under a globstar',
    files: { ...yaml('packages:\n  - packages/**\n'), 'packages/a/up': { link: '..' } },
    codes: [],
  },
  {
    name: 'a member two hundred folders deep',
    files: { ...yaml('packages:\n  - packages/**\n'), [`packages/${'d/'.repeat(200)}package.json`]: pkg('@acme/deep') },
    codes: [],
  },
  { name: 'a folder with a name of Unicode', files: { 'packages/größe 日本/package.json': pkg('@acme/c') }, codes: [] },
  {
    name: 'a folder with a name that looks like an option',
    files: { 'packages/--help/package.json': pkg('@acme/c') },
    codes: [],
  },
  {
    name: 'a cycle of two',
    files: {
      'packages/a/package.json': pkg('@acme/a', needs('@acme/b')),
      'packages/b/package.json': pkg('@acme/b', needs('@acme/a')),
      '.changeset/b.md': "---\n'@acme/b': patch\n---\n",
    },
    codes: ['CYCLE_IN_PUBLISH_ORDER'],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.0.1' },
  },
  {
    name: 'a cycle that a major runs through',
    files: {
      'packages/a/package.json': pkg('@acme/a', needs('@acme/b', 'workspace:*')),
      'packages/b/package.json': pkg('@acme/b', needs('@acme/a', 'workspace:*')),
    },
    codes: ['CYCLE_IN_PUBLISH_ORDER'],
    plan: { '@acme/a': '1.1.0', '@acme/b': '1.0.1' },
  },
  {
    name: 'a range that does not contain the version it is for',
    files: { 'packages/b/package.json': pkg('@acme/b', needs('@acme/a', '^7.0.0')) },
    codes: ['DEPENDENCY_NOT_FOLLOWED'],
  },
  {
    name: 'a range that is no range',
    files: { 'packages/b/package.json': pkg('@acme/b', needs('@acme/a', '>>> 1 || oops')) },
    codes: ['DEPENDENCY_NOT_FOLLOWED'],
  },
  {
    name: 'a range of a hundred thousand alternatives',
    files: { 'packages/b/package.json': pkg('@acme/b', needs('@acme/a', Array(1e5).fill('^1.0.0').join(' || '))) },
    codes: [],
  },
  ...[
    'workspace:^^',
    'workspace:nonsense',
    'workspace:../a',
    'workspace:../../../secret',
    'catalog:',
    'catalog:none',
    'npm:@acme/a@~1.0.0',
    'file:../a',
    'link:../a',
    'git+ssh://git@git.example/a.git',
    'https://example.org/a.tgz',
    'latest',
    'constructor',
  ].map((range) => ({
    name: `the range ${range}`,
    files: { 'packages/b/package.json': pkg('@acme/b', needs('@acme/a', range)) },
    codes: ['DEPENDENCY_NOT_FOLLOWED'] as const,
  })),
]

function yamlBomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]']
  for (let index = 1; index < 12; index += 1)
    lines.push(
      `a${index}: &a${index} [${Array(9)
        .fill(`*a${index - 1}`)
        .join(', ')}]`,
    )
  return `${lines.join('\n')}\npackages: *a11\n`
}
