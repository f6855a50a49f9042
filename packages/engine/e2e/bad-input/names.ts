/** Package names that are traps for programs, and names that no registry takes. */
import type { BadInput } from './world.ts'

const strange = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  'null',
  'true',
  '1',
]
const wrong = [
  '..',
  '../x',
  '../../secret',
  './b',
  '/etc/passwd',
  'a/b/c',
  '@acme',
  '@/b',
  '@acme/',
  '@acme/../b',
  '@acme/.b',
  'a b',
  'a\tb',
  'a\nb',
  'a\u0000b',
  'a\\b',
  'C:\\b',
  '%2e%2e',
  'a?b',
  'a#b',
  'a:b',
  'a|b',
  'a"b',
  '`id`',
  '$(id)',
  'ünï',
  '日本',
  '\u202Eb',
  '\u001b[31mb',
  'b\u0301',
  '😀',
  'x'.repeat(215),
  ' b',
  'b ',
]

const manifestOf = (name: string): string =>
  JSON.stringify({ name, version: '1.0.0', dependencies: { '@acme/a': '^1.0.0' } })
const changesetFor = (name: string): string => `---\n${JSON.stringify(name)}: minor\n---\n\nStrange.\n`

export const names: readonly BadInput[] = [
  ...strange.map((name) => ({
    name: `a package called ${name}, released by a changeset`,
    files: { 'packages/b/package.json': manifestOf(name), '.changeset/strange.md': changesetFor(name) },
    codes: [] as const,
    plan: Object.fromEntries([
      ['@acme/a', '1.1.0'],
      [name, '1.1.0'],
    ]),
  })),
  ...wrong.map((name) => ({
    name: `a package called ${JSON.stringify(name.slice(0, 30))}`,
    files: { 'packages/b/package.json': manifestOf(name) },
    codes: ['PACKAGE_NAME_INVALID'] as const,
  })),
  ...[...strange, ...wrong].map((name) => ({
    name: `a changeset for ${JSON.stringify(name.slice(0, 30))}, which there is not`,
    files: { '.changeset/strange.md': changesetFor(name) },
    codes: ['CHANGESET_UNKNOWN_PACKAGE'] as const,
  })),
]
