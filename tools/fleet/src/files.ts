/**
 * The text of every file that a generated monorepo holds. Each is what its real counterpart would be, only shorter.
 */
import type { FleetPackage } from './shape.ts'

export function rootFiles(): readonly (readonly [path: string, text: string])[] {
  return [
    ['package.json', json({ name: 'acme', private: true, license: 'UNLICENSED', packageManager: 'pnpm@12.21.0' })],
    ['pnpm-workspace.yaml', "packages:\n  - 'packages/*'\n"],
    ['.gitignore', 'node_modules/\ndist/\n'],
    ['README.md', '# Acme\n\nEvery service and library of the shop, in one repository.\n'],
    ['.changeset/config.json', json(changesetConfig)],
    ['.changeset/README.md', '# Changesets\n\nOne file for each change that is to be released.\n'],
  ]
}

export function manifestText(pkg: FleetPackage, version: string): string {
  const section = (field: FleetPackage['dependencies'][number]['field']): Record<string, string> | undefined => {
    const entries = pkg.dependencies.filter((dependency) => dependency.field === field)
    return entries.length === 0 ? undefined : Object.fromEntries(entries.map(({ name, range }) => [name, range]))
  }
  return json({
    name: pkg.name,
    version,
    description: `The ${pkg.shortName.replaceAll('-', ' ')} ${pkg.kind} of the shop.`,
    license: 'UNLICENSED',
    type: 'module',
    main: 'src/index.js',
    dependencies: section('dependencies'),
    devDependencies: section('devDependencies'),
    peerDependencies: section('peerDependencies'),
  })
}

export function sourceText(pkg: FleetPackage, revision: number): string {
  return `export const name = '${pkg.shortName}'\nexport const revision = ${revision}\n`
}

export function changelogEntry(version: string, summaries: readonly string[]): string {
  const lines = summaries.map((summary) => `- ${summary}`)
  return `## ${version}\n\n### Patch Changes\n\n${lines.join('\n')}\n\n`
}

export function changesetText(bumps: ReadonlyMap<string, string>, summary: string): string {
  const lines = [...bumps].map(([name, bump]) => `'${name}': ${bump}`)
  return `---\n${lines.join('\n')}\n---\n\n${summary}\n`
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

const changesetConfig = {
  $schema: 'https://unpkg.com/@changesets/config@4.0.1/schema.json',
  changelog: '@changesets/changelog-git',
  format: false,
  commit: false,
  fixed: [],
  linked: [],
  access: 'restricted',
  baseBranch: 'main',
  updateInternalDependencies: 'patch',
  ignore: [],
}
