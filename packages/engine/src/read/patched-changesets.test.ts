import { expect, test } from 'vitest'
import { memoryFiles } from '../adapters/memory-files.ts'
import { readSettings } from './settings.ts'
import { readWorkspace } from './workspace.ts'

const planner = '@changesets/assemble-release-plan'

function read(manifest: object, more: Readonly<Record<string, string>> = {}, cli = '^2.27.1') {
  const files = memoryFiles({
    'package.json': JSON.stringify({
      name: 'root',
      private: true,
      devDependencies: { '@changesets/cli': cli },
      ...manifest,
    }),
    'pnpm-workspace.yaml': 'packages: [packages/*]\n',
    '.changeset/config.json': '{}',
    'packages/db/package.json': JSON.stringify({ name: 'db', version: '1.0.0' }),
    ...more,
  })
  const { settings, problems } = readSettings(files, readWorkspace(files).workspace, {})
  return { peers: settings.peersAsChangesets3, codes: problems.map(({ code }) => code) }
}

test.each([
  ['a patch of pnpm', { pnpm: { patchedDependencies: { [`${planner}@5.2.2`]: 'patches/a.patch' } } }, {}],
  ['a patch of yarn', { resolutions: { [`${planner}@npm:^6.0.4`]: 'patch:whatever' } }, {}],
  [
    'a patch of yarn that can be read',
    { resolutions: { [`${planner}@npm:^6.0.4`]: `patch:${planner}@npm%3A6.0.4#~/.yarn/patches/a.patch` } },
    { '.yarn/patches/a.patch': '+  if (depType === "peerDependencies") return false' },
  ],
  ['an override by a fork', { pnpm: { overrides: { [planner]: 'npm:@acme/planner@1' } } }, {}],
  [
    'a patch in pnpm-workspace.yaml',
    {},
    {
      'pnpm-workspace.yaml': `packages: [packages/*]\npatchedDependencies:\n  '${planner}': patches/a.patch\n`,
    },
  ],
  ['a patch of patch-package', {}, { 'patches/@changesets+assemble-release-plan+5.2.2.patch': '- peerDependencies' }],
  [
    'a patch of patch-package elsewhere',
    { scripts: { postinstall: 'husky && patch-package --patch-dir ./resources/patches/' } },
    { 'resources/patches/@changesets+assemble-release-plan+6.0.3.patch': '- peerDependencies' },
  ],
  [
    'a fork in the workspace',
    {},
    { 'packages/plan/package.json': JSON.stringify({ name: planner, version: '6.0.0' }) },
  ],
])('%s makes peers be read as by Changesets 3, and is told', (_what, manifest, more) => {
  expect(read(manifest, more)).toEqual({ peers: true, codes: ['PLANNER_REPLACED'] })
})

test.each([
  ['nothing of the kind', {}, {}],
  ['a pinned version', { pnpm: { overrides: { [planner]: '6.0.4' } } }, {}],
  ['a patch of something else', { pnpm: { patchedDependencies: { 'react@19': 'patches/a.patch' } } }, {}],
  [
    'a patch that leaves peers alone',
    { pnpm: { patchedDependencies: { [planner]: 'p.patch' } } },
    { 'p.patch': '+ log' },
  ],
  [
    'a patch of yarn that leaves peers alone',
    { resolutions: { [planner]: `patch:${planner}@npm:6.0.4#./p.patch` } },
    { 'p.patch': '+ log' },
  ],
])('%s changes nothing', (_what, manifest, more) => {
  expect(read(manifest, more)).toEqual({ peers: undefined, codes: [] })
})

test('a patch of what onlyUpdatePeerDependentsWhenOutOfRange does counts where that is on', () => {
  const manifest = { pnpm: { patchedDependencies: { [planner]: 'p.patch' } } }
  const patch = ' depType === "peerDependencies" &&\n+  !onlyUpdatePeerDependentsWhenOutOfRange && (\n'
  const option = (onlyUpdatePeerDependentsWhenOutOfRange: boolean) =>
    JSON.stringify({
      ___experimentalUnsafeOptions_WILL_CHANGE_IN_PATCH: { onlyUpdatePeerDependentsWhenOutOfRange },
    })
  const peers = (config: string, text: string) =>
    read(manifest, { 'p.patch': text, '.changeset/config.json': config }).peers
  expect(peers(option(true), patch)).toBe(true)
  expect(peers(option(false), patch)).toBe(undefined)
  expect(peers(option(false), `${patch}+  return false`)).toBe(true)
})

test('under Changesets 3 there is nothing to ask', () => {
  const manifest = { resolutions: { [planner]: 'patch:whatever' } }
  expect(read(manifest, {}, '^3.0.0')).toEqual({ peers: undefined, codes: [] })
})
