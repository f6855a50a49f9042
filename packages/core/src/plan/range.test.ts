import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { effectiveRange, normalizePath, parseRangeForm, throughCatalog } from './range.ts'

describe('a range is taken apart', () => {
  test.each([
    ['workspace:*', { kind: 'workspace-exact' }],
    ['workspace:^', { kind: 'workspace-operator', operator: '^' }],
    ['workspace:~', { kind: 'workspace-operator', operator: '~' }],
    ['workspace:^1.2.0', { kind: 'workspace-range', range: '^1.2.0' }],
    ['workspace:../db', { kind: 'workspace-path', path: '../db' }],
    ['workspace:./packages//db', { kind: 'workspace-path', path: 'packages/db' }],
    ['workspace:@acme/db@^', { kind: 'alias', target: '@acme/db', range: '^', workspace: true }],
    ['npm:db@^1.0.0', { kind: 'alias', target: 'db', range: '^1.0.0', workspace: false }],
    ['npm:@acme/db@1', { kind: 'alias', target: '@acme/db', range: '1', workspace: false }],
    ['catalog:', { kind: 'catalog', catalog: 'default' }],
    ['catalog:react18', { kind: 'catalog', catalog: 'react18' }],
    ['file:../db', { kind: 'file', path: '../db' }],
    ['link:../db', { kind: 'file', path: '../db' }],
    ['^1 || ^2', { kind: 'range', range: '^1 || ^2' }],
    ['', { kind: 'range', range: '' }],
    ['latest', { kind: 'tag' }],
    ['git+ssh://git@example.com/a.git', { kind: 'protocol' }],
    ['npm:', { kind: 'protocol' }],
  ])('%s', (range, form) => {
    expect(parseRangeForm(range)).toEqual(form)
  })
})

test.each([
  ['workspace:*', '1.2.3'],
  ['workspace:^', '^1.2.3'],
  ['workspace:~', '~1.2.3'],
  ['workspace:>=1', '>=1'],
  ['workspace:packages/db', '1.2.3'],
  ['workspace:packages/other', undefined],
  ['workspace:db@~', '~1.2.3'],
  ['npm:db@^1', '^1'],
  ['^1', '^1'],
  ['latest', undefined],
])('%s of db 1.2.3 in packages/db stands for %s', (range, expected) => {
  expect(effectiveRange(parseRangeForm(range), '1.2.3', 'packages/db')).toBe(expected)
})

test('a catalog gives what it holds, once, and nothing for what it does not', () => {
  const catalogs = { default: { db: '^1.0.0', loop: 'catalog:' }, old: { db: 'workspace:^' } }
  const through = (range: string, key: string): string => throughCatalog(parseRangeForm(range), key, catalogs).kind
  expect(through('catalog:', 'db')).toBe('range')
  expect(through('catalog:old', 'db')).toBe('workspace-operator')
  expect(through('catalog:', 'loop')).toBe('protocol')
  expect(through('catalog:', 'absent')).toBe('protocol')
  expect(through('catalog:constructor', 'db')).toBe('protocol')
  expect(through('^1', 'db')).toBe('range')
})

test('paths are normalised as POSIX does', () => {
  const part = fc.constantFrom('', '.', '..', 'a', 'b', '...')
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const text = parts.join('/')
      expect(normalizePath(text)).toBe(path.posix.normalize(text))
    }),
  )
})
