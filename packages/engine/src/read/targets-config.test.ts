import { expect, test } from 'vitest'
import type { Problem, Settings } from '@topsail/core'
import { memoryFiles } from '../adapters/memory-files.ts'
import { readSettings } from './settings.ts'
import { readWorkspace } from './workspace.ts'

function read(targets: unknown): { targets: Settings['targets']; problems: readonly Problem[] } {
  const files = memoryFiles({
    'package.json': '{"private": true, "workspaces": ["packages/*"]}',
    'packages/api/package.json': '{"name": "@acme/api", "version": "1.0.0"}',
    'packages/db/package.json': '{"name": "@acme/db", "version": "1.0.0"}',
    'packages/shop/package.json': '{"name": "@acme/shop", "version": "1.0.0", "private": true}',
    'topsail.json': JSON.stringify({ targets }, null, 2),
  })
  const { settings, problems } = readSettings(files, readWorkspace(files).workspace)
  return { targets: settings.targets, problems }
}

const commands = { exists: ['shelf', 'exists'], upload: ['shelf', 'put', '{file}'] }

test('targets stand in their order, by name or glob, with an image name filled in', () => {
  const { targets, problems } = read({
    '@acme/*': [{ kind: 'oci', image: 'registry.example/acme/{name}' }],
    '@acme/db': [{ kind: 'npm' }, { kind: 'oci', image: 'registry.example/acme/db', layout: 'image', after: ['npm'] }],
    '@acme/shop': [
      { kind: 'go', proxy: 'direct' },
      { kind: 'exec', name: 'chart', commands, needs: ['@acme/db:oci', '@acme/db'] },
    ],
  })
  expect(problems).toEqual([])
  expect(targets['@acme/api']).toMatchObject([{ id: 'oci', image: 'registry.example/acme/api' }])
  expect(targets['@acme/db']).toEqual([
    { kind: 'npm', id: 'npm', after: [], needs: [] },
    {
      kind: 'oci',
      id: 'oci',
      after: ['npm'],
      needs: [],
      image: 'registry.example/acme/db',
      source: { kind: 'layout', path: 'image' },
    },
  ])
  expect(targets['@acme/shop']).toMatchObject([
    { kind: 'go', id: 'go', proxy: 'direct' },
    { kind: 'exec', id: 'chart', commands, timeout: 600 },
  ])
})

test('every mistake is told at once, with its line', () => {
  const { problems } = read({
    '@acme/api': [
      { kind: 'oci', name: 'first' },
      { kind: 'oci', name: 'second', image: 'registry.example/API', layout: 'a' },
      { kind: 'oci', name: 'third', image: 'registry.example/api', layout: 'a', dockerfile: 'Dockerfile' },
      { kind: 'exec', commands: { upload: ['put'], promote: ['move'] } },
      { kind: 'npm', image: 'registry.example/api' },
      { kind: 'exec', name: 'own', commands, needs: ['@acme/gone:oci'] },
      { kind: 'cargo' },
      { kind: 'go', proxy: 'proxy.example' },
    ],
    '@acme/shop': [{ kind: 'npm' }],
    '@acme/nobody': [{ kind: 'npm' }],
  })
  expect(
    problems.map((problem) => ('key' in problem ? `${problem.code} ${problem.key}` : problem.code)).sort(),
  ).toEqual([
    'CONFIG_PATTERN_UNMATCHED targets',
    'CONFIG_VALUE_INVALID targets.@acme/api.0.image',
    'CONFIG_VALUE_INVALID targets.@acme/api.1.image',
    'CONFIG_VALUE_INVALID targets.@acme/api.2.dockerfile',
    'CONFIG_VALUE_INVALID targets.@acme/api.3.commands.channel',
    'CONFIG_VALUE_INVALID targets.@acme/api.3.commands.exists',
    'CONFIG_VALUE_INVALID targets.@acme/api.4.image',
    'CONFIG_VALUE_INVALID targets.@acme/api.6.kind',
    'CONFIG_VALUE_INVALID targets.@acme/api.7.proxy',
    'CONFIG_VALUE_INVALID targets.@acme/shop',
    'CONFIG_VALUE_INVALID targets.needs',
  ])
  for (const problem of problems) expect(problem.place?.line).toBeGreaterThan(1)
})

test('a target comes after what stands above it, and its name is its own', () => {
  const image = 'registry.example/api'
  const { problems } = read({
    '@acme/api': [
      { kind: 'npm', after: ['oci'] },
      { kind: 'oci', image },
      { kind: 'oci', image },
    ],
  })
  expect(problems.map((problem) => 'key' in problem && problem.key)).toEqual([
    'targets.@acme/api.0.after',
    'targets.@acme/api.2.name',
  ])
})
