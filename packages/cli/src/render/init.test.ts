import { expect, onTestFinished, test } from 'vitest'
import { makeWorkspace, manifest } from '../testing/workspace.ts'

test('a script is told what takes its place', async () => {
  const scripts = {
    changeset: 'bunx changeset',
    check: 'changeset status --since=main',
    bump: 'changeset version && bun install',
    ship: 'turbo build && changeset publish',
    all: 'lerna publish --yes',
    next: 'changeset pre enter next',
    plan: 'nx release plan',
    planned: 'nx release plan:check',
    nx: 'nx release --yes',
    file: 'beachball change --no-commit',
    filed: 'beachball check',
    beach: 'beachball publish --yes',
    semantic: 'npx semantic-release',
  }
  const shop = makeWorkspace({ 'package.json': manifest('shop', '1.0.0', { scripts }) })
  onTestFinished(shop.remove)
  const { stdout } = await shop.topsail('init', '--dry-run')
  const told = [...stdout.matchAll(/The script "(\w+)" runs .*; (.*) its place\./g)].map(([, name, by]) => [name, by])
  expect(Object.fromEntries(told)).toEqual({
    changeset: 'topsail add takes',
    check: 'topsail check takes',
    bump: 'topsail version takes',
    ship: 'topsail publish takes',
    all: 'topsail version and topsail publish take',
    next: 'topsail pre takes',
    plan: 'topsail add takes',
    planned: 'topsail check takes',
    nx: 'topsail version and topsail publish take',
    file: 'topsail add takes',
    filed: 'topsail check takes',
    beach: 'topsail publish takes',
    semantic: 'topsail version and topsail publish take',
  })
})

test('what many packages leave behind is said once, and what says nothing is not said', async () => {
  const settings = { prerelease: false, versioning: 'default', 'extra-files': ['README.md'] }
  const config = {
    'include-component-in-tag': false,
    packages: { 'packages/a': settings, 'packages/b': settings, 'libs/x': {}, 'libs/y': { component: 'y' } },
  }
  const shop = makeWorkspace({
    'package.json': manifest('shop', '1.0.0', { private: true, workspaces: ['packages/*'] }),
    'packages/a/package.json': manifest('a', '1.0.0'),
    'packages/b/package.json': manifest('b', '1.0.0'),
    'release-please-config.json': JSON.stringify(config),
  })
  onTestFinished(shop.remove)
  const { stdout } = await shop.topsail('init', '--dry-run')
  expect(/Left behind\n([^]*?)\n\n/.exec(`${stdout}\n`)?.[1]).toMatchInlineSnapshot(`
    "  release-please-config.json packages[…].extra-files ["README.md"] (packages/a, packages/b): package.json, changelogs and the lockfile are written; write the version into other files after topsail version, in the same commit.
      release-please-config.json packages[…] (libs/x, libs/y): no package of this workspace lies there, and only those are released; where they are packages, list them as members ("workspaces" in package.json, or pnpm-workspace.yaml)."
  `)
})
