import { expect, test } from 'vitest'
import { publishedManifest, unpublishableRanges, type PublishContext } from './published-manifest.ts'
import type { Manifest, WorkspaceTool } from '../workspace.ts'

/** pnpm, npm and yarn are held to the real ones by the engine's packing tests; here is what those cannot reach. */
function contextOf(tool: WorkspaceTool): PublishContext {
  return {
    tool,
    catalogs: { default: { react: '^19.0.0', db: 'workspace:^', loop: 'catalog:' }, next: { react: '^20.0.0' } },
    versionOf: (name) => (name === 'db' || name === '__proto__' ? '2.0.1' : undefined),
    versionIn: (path) => (path === '../db' ? '2.0.1' : undefined),
  }
}

function dependencies(ranges: Readonly<Record<string, string>>, tool: WorkspaceTool = 'pnpm') {
  return publishedManifest({ name: 'api', dependencies: ranges }, contextOf(tool)).dependencies
}

test('bun gets real ranges and nothing else', () => {
  const manifest: Manifest = {
    name: 'api',
    main: 'a.js',
    scripts: { prepack: 'x' },
    publishConfig: { main: 'b.js' },
    dependencies: { db: 'workspace:^', react: 'catalog:next' },
  }
  expect(publishedManifest(manifest, contextOf('bun'))).toEqual({
    ...manifest,
    dependencies: { db: '^2.0.1', react: '^20.0.0' },
  })
})

test('npm changes nothing', () => {
  const manifest: Manifest = {
    name: 'api',
    bin: 'x.js',
    dependencies: { db: 'workspace:^' },
    publishConfig: { main: 'b' },
  }
  expect(publishedManifest(manifest, contextOf('npm'))).toBe(manifest)
})

test('a catalog may lead to the workspace, but not back into a catalog', () => {
  expect(dependencies({ db: 'catalog:', react: 'catalog:default' })).toEqual({ db: '^2.0.1', react: '^19.0.0' })
  expect(dependencies({ loop: 'catalog:' })).toEqual({ loop: 'catalog:' })
})

test('what the workspace cannot resolve stays, and is named', () => {
  const left = { gone: 'workspace:^', react: 'catalog:unknown', toString: 'catalog:', far: 'workspace:../far' }
  const manifest: Manifest = { dependencies: left }
  expect(publishedManifest(manifest, contextOf('pnpm')).dependencies).toEqual(left)
  expect(unpublishableRanges(manifest).map(({ dependency }) => dependency)).toEqual(Object.keys(left))
})

test('a hostile name is a key like any other', () => {
  const manifest = JSON.parse('{"dependencies":{"__proto__":"workspace:^"}}') as Manifest
  const published = publishedManifest(manifest, contextOf('pnpm'))
  expect(JSON.stringify(published)).toBe('{"dependencies":{"__proto__":"^2.0.1"}}')
})

test('sections that are no objects, and ranges that are no texts, pass through', () => {
  const manifest = {
    dependencies: ['db'],
    peerDependencies: null,
    publishConfig: 'x',
    scripts: 3,
  } as unknown as Manifest
  expect(publishedManifest(manifest, contextOf('pnpm'))).toEqual(manifest)
})
