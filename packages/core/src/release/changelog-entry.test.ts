import { expect, test } from 'vitest'
import { releasedChanges } from './changelog-entry.ts'

const ours = `# @acme/api

## 2.0.0

### Major Changes

- 1a2b3c4: drop the pool

  Callers open connections themselves:

  - with \`open()\`

### Patch Changes

- fix the timeout
- Updated dependencies [1a2b3c4]
  - @acme/db@3.0.0

## 1.9.0

### Minor Changes

- older
`

test('the bullets of one version come with the kind of their heading and what is nested below them', () => {
  expect(releasedChanges(ours, '2.0.0')).toEqual([
    { bump: 'major', summary: '1a2b3c4: drop the pool\n\nCallers open connections themselves:\n\n- with `open()`' },
    { bump: 'patch', summary: 'fix the timeout' },
  ])
  expect(releasedChanges(ours, '1.9.0')).toEqual([{ bump: 'minor', summary: 'older' }])
})

test('a version that is not there has no changes, nor has one whose number only begins alike', () => {
  expect(releasedChanges(ours, '2.0.1')).toEqual([])
  expect(releasedChanges('## 2.0.0-rc.1\n\n- early\n', '2.0.0')).toEqual([])
  expect(releasedChanges('', '1.0.0')).toEqual([])
})

test('changelogs of other tools are read as well', () => {
  const theirs = `## [1.2.0](https://example.com/a...b) (2026-01-02)\r\n\r\n### Features\r\n\r\n* **db:** pools ([1a2b3c4](https://example.com))\r\n\r\n### Bug Fixes\r\n\r\n* leak\r\n\r\n## [1.1.0](x) (2025-01-02)\r\n`
  expect(releasedChanges(theirs, '1.2.0')).toEqual([
    { bump: 'minor', summary: '**db:** pools ([1a2b3c4](https://example.com))' },
    { bump: 'patch', summary: 'leak' },
  ])
})
