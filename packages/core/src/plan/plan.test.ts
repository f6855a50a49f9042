import { describe, expect, test } from 'vitest'
import { planRelease } from './plan.ts'
import type { ReleasePlan } from '../release-plan.ts'
import type { Snapshot } from '../snapshot.ts'
import { linesOf, problemCodes, rangeLines, readScenario, releaseLines } from '../testing/index.ts'

/** The text in, the releases out; each title is a sentence of what the planner promises. */
function scenario(
  title: string,
  text: string,
  expected: string,
  more?: (plan: ReleasePlan, snapshot: Snapshot) => void,
): void {
  test(title, () => {
    const snapshot = readScenario(text)
    const plan = planRelease(snapshot, String)
    expect(releaseLines(plan)).toEqual(linesOf(expected))
    more?.(plan, snapshot)
  })
}

function ranges(expected: string): (plan: ReleasePlan) => void {
  return (plan) => expect(rangeLines(plan)).toEqual(linesOf(expected))
}

function problems(...codes: string[]): (plan: ReleasePlan) => void {
  return (plan) => expect(problemCodes(plan)).toEqual(codes)
}

describe('what changesets ask for', () => {
  scenario(
    'the highest of several bumps wins',
    `db 1.2.3
     --- changesets
     a db patch
     b db minor
     c db patch`,
    'db 1.2.3 -> 1.3.0 minor: b; a; c',
  )
  scenario('no changesets release nothing', 'db 1.0.0', '')
  scenario(
    'an empty changeset releases nothing and is consumed',
    `db 1.0.0
     --- changesets
     nothing`,
    '',
    (plan) => expect(plan.consumed.map(({ file }) => file)).toEqual(['.changeset/nothing.md']),
  )
  scenario(
    'a changeset that says none releases nothing and is consumed',
    `db 1.0.0
     --- changesets
     a db none`,
    '',
    (plan) => expect(plan.consumed).toHaveLength(1),
  )
  scenario(
    'a major of a 0.x version is 1.0.0, as in Changesets',
    `db 0.4.0
     --- changesets
     a db major`,
    'db 0.4.0 -> 1.0.0 major: a',
  )
  scenario(
    'a package without a version is never released, and the changeset is reported and left',
    `db -
     --- changesets
     a db minor`,
    '',
    (plan) => {
      problems('CHANGESET_WITHOUT_EFFECT')(plan)
      expect(plan.consumed).toEqual([])
    },
  )
  scenario(
    'a package may be called __proto__ or constructor',
    `__proto__ 1.0.0
     constructor 1.0.0 -> __proto__ ^1.0.0
     --- changesets
     a __proto__ major`,
    `__proto__ 1.0.0 -> 2.0.0 major: a
     constructor 1.0.0 -> 1.0.1 patch: __proto__ 2.0.0 leaves ^1.0.0`,
    (plan) => expect(Object.entries(plan.releases[1]?.dependencies ?? {})).toEqual([['__proto__', '^2.0.0']]),
  )
})

describe('quarantine', () => {
  scenario(
    'a changeset naming an unknown package is left out whole, and the rest is planned',
    `@acme/db 1.0.0
     @acme/api 1.0.0
     --- changesets
     bad @acme/bd major, @acme/api major
     good @acme/api patch`,
    '@acme/api 1.0.0 -> 1.0.1 patch: good',
    (plan) => {
      expect(plan.problems).toMatchObject([
        {
          code: 'CHANGESET_UNKNOWN_PACKAGE',
          severity: 'quarantined',
          place: { file: '.changeset/bad.md', line: 2 },
          name: '@acme/bd',
          closest: '@acme/db',
        },
      ])
      expect(plan.consumed.map(({ file }) => file)).toEqual(['.changeset/good.md'])
    },
  )
  scenario(
    'every unknown name is reported, not only the first',
    `db 1.0.0
     --- changesets
     bad one patch, two patch`,
    '',
    problems('CHANGESET_UNKNOWN_PACKAGE', 'CHANGESET_UNKNOWN_PACKAGE'),
  )
  scenario(
    'a changeset mixing ignored and released packages is left out',
    `db 1.0.0
     api 1.0.0
     --- settings
     ignore db
     --- changesets
     mixed db patch, api patch`,
    '',
    problems('CHANGESET_MIXES_IGNORED'),
  )
  scenario(
    'a changeset of ignored packages alone stays on disk',
    `db 1.0.0
     --- settings
     ignore db
     --- changesets
     a db patch`,
    '',
    (plan) => expect(plan.consumed).toEqual([]),
  )
  scenario(
    'a changeset for a private package is reported where private packages are not versioned',
    `db 1.0.0 private
     --- settings
     privatePackages skipped
     --- changesets
     a db minor`,
    '',
    (plan) => expect(plan.problems).toMatchObject([{ code: 'CHANGESET_WITHOUT_EFFECT', name: 'db', why: 'private' }]),
  )
})

describe('dependents under changesets@3', () => {
  scenario(
    'a major leaves the caret of a dependent, which is patched and rewritten',
    `api 2.1.3 -> db ^2.0.0
     db  2.0.0
     --- changesets
     a db major`,
    `api 2.1.3 -> 2.1.4 patch: db 3.0.0 leaves ^2.0.0
     db  2.0.0 -> 3.0.0 major: a`,
    ranges('api dependencies db ^2.0.0 -> ^3.0.0'),
  )
  scenario(
    'a dependent whose range still holds is left alone',
    `api 2.1.3 -> db ^2.0.0
     db  2.0.0
     --- changesets
     a db minor`,
    'db 2.0.0 -> 2.1.0 minor: a',
    ranges(''),
  )
  scenario(
    'the cascade runs through the whole chain',
    `web 1.0.0 -> api 2.1.3
     api 2.1.3 -> db 2.0.0
     db  2.0.0
     --- changesets
     a db patch`,
    `api 2.1.3 -> 2.1.4 patch: db 2.0.1 leaves 2.0.0
     db  2.0.0 -> 2.0.1 patch: a
     web 1.0.0 -> 1.0.1 patch: api 2.1.4 leaves 2.1.3`,
  )
  scenario(
    'workspace:* stands for the exact version, workspace:^ and workspace:~ for the caret and tilde of it',
    `a 1.0.0 -> db workspace:*
     b 1.0.0 -> db workspace:^
     c 1.0.0 -> db workspace:~
     d 1.0.0 -> db workspace:^1.0.0
     db 1.0.0
     --- changesets
     x db minor`,
    `a 1.0.0 -> 1.0.1 patch: db 1.1.0 leaves workspace:*
     c 1.0.0 -> 1.0.1 patch: db 1.1.0 leaves workspace:~
     db 1.0.0 -> 1.1.0 minor: x`,
    ranges(''),
  )
  scenario(
    'a path of the workspace protocol stands for the exact version',
    `a 1.0.0 -> db workspace:packages/db
     b 1.0.0 -> db workspace:./packages/db
     db 1.0.0
     --- changesets
     x db patch`,
    `a 1.0.0 -> 1.0.1 patch: db 1.0.1 leaves workspace:packages/db
     b 1.0.0 -> 1.0.1 patch: db 1.0.1 leaves workspace:./packages/db
     db 1.0.0 -> 1.0.1 patch: x`,
  )
  scenario(
    'a range inside the workspace protocol is rewritten inside it',
    `a 1.0.0 -> db workspace:^1.0.0
     db 1.0.0
     --- changesets
     x db major, a patch`,
    `a 1.0.0 -> 1.0.1 patch: x; db 2.0.0 leaves workspace:^1.0.0
     db 1.0.0 -> 2.0.0 major: x`,
    ranges('a dependencies db workspace:^1.0.0 -> workspace:^2.0.0'),
  )
  scenario(
    'a peer that goes out of range patches its dependent, by a major as well',
    `ui 1.0.0 -> kit peer ^1.0.0
     kit 1.0.0
     --- changesets
     a kit major`,
    `kit 1.0.0 -> 2.0.0 major: a
     ui 1.0.0 -> 1.0.1 patch: kit 2.0.0 leaves ^1.0.0 (peer)`,
  )
  scenario(
    'a development dependency out of range is rewritten without a release',
    `api 1.0.0 -> kit dev ^1.0.0
     kit 1.0.0
     --- changesets
     a kit major`,
    'kit 1.0.0 -> 2.0.0 major: a',
    ranges('api devDependencies kit ^1.0.0 -> ^2.0.0'),
  )
  scenario(
    'an explicit none cannot veto the cascade, and is told so',
    `api 1.0.0 -> db ^1.0.0
     db 1.0.0
     --- changesets
     a db major
     b api none`,
    `api 1.0.0 -> 1.0.1 patch: db 2.0.0 leaves ^1.0.0
     db 1.0.0 -> 2.0.0 major: a`,
    (plan) =>
      expect(plan.problems).toMatchObject([
        {
          code: 'NONE_OVERRULED',
          name: 'api',
          bump: 'patch',
          by: 'dependency',
          place: { file: '.changeset/b.md', line: 2 },
        },
      ]),
  )
  scenario(
    'updateInternalDependents always releases dependents whose range still holds',
    `api 1.0.0 -> db ^1.0.0
     kit 1.0.0 -> db dev ^1.0.0
     db 1.0.0
     --- settings
     updateInternalDependents always
     --- changesets
     a db patch`,
    `api 1.0.0 -> 1.0.1 patch: db 1.0.1 is released
     db 1.0.0 -> 1.0.1 patch: a`,
    ranges(`api dependencies db ^1.0.0 -> ^1.0.1
            kit devDependencies db ^1.0.0 -> ^1.0.1`),
  )
  scenario(
    'a cycle of dependents ends',
    `a 1.0.0 -> b 1.0.0
     b 1.0.0 -> c 1.0.0
     c 1.0.0 -> a 1.0.0
     --- changesets
     x a patch`,
    `a 1.0.0 -> 1.0.1 patch: x; b 1.0.1 leaves 1.0.0
     b 1.0.0 -> 1.0.1 patch: c 1.0.1 leaves 1.0.0
     c 1.0.0 -> 1.0.1 patch: a 1.0.1 leaves 1.0.0`,
    (plan) => {
      expect(plan.order).toEqual([['a', 'b', 'c']])
      expect(plan.problems).toMatchObject([{ code: 'CYCLE_IN_PUBLISH_ORDER', cycle: ['a', 'b', 'c'] }])
    },
  )
})

describe('what a release rewrites under changesets@3', () => {
  scenario(
    'internal ranges of released packages follow, however small the release',
    `api 1.0.0 -> db ^1.0.0
     db 1.0.0
     --- changesets
     a db patch, api patch`,
    `api 1.0.0 -> 1.0.1 patch: a
     db 1.0.0 -> 1.0.1 patch: a`,
    ranges('api dependencies db ^1.0.0 -> ^1.0.1'),
  )
  scenario(
    'updateInternalDependencies minor leaves ranges that hold a patch',
    `api 1.0.0 -> db ^1.0.0
     db 1.0.0
     --- settings
     updateInternalDependencies minor
     --- changesets
     a db patch, api patch`,
    `api 1.0.0 -> 1.0.1 patch: a
     db 1.0.0 -> 1.0.1 patch: a`,
    ranges(''),
  )
  scenario(
    'an alternative is replaced by the operator of its first character',
    `api 1.0.0 -> db ^1 || ^2
     db 2.0.0
     --- changesets
     a db major`,
    `api 1.0.0 -> 1.0.1 patch: db 3.0.0 leaves ^1 || ^2
     db 2.0.0 -> 3.0.0 major: a`,
    ranges('api dependencies db ^1 || ^2 -> ^3.0.0'),
  )
  scenario(
    'a lower and an upper bound keep their shape',
    `api 1.0.0 -> db >=2.0.0 <3.0.0
     db 2.0.0
     --- changesets
     a db major`,
    `api 1.0.0 -> 1.0.1 patch: db 3.0.0 leaves >=2.0.0 <3.0.0
     db 2.0.0 -> 3.0.0 major: a`,
    ranges('api dependencies db >=2.0.0 <3.0.0 -> >=3.0.0 <4.0.0'),
  )
  scenario(
    'a star stays a star',
    `api 1.0.0 -> db *
     db 1.0.0
     --- changesets
     a db major, api patch`,
    `api 1.0.0 -> 1.0.1 patch: a
     db 1.0.0 -> 2.0.0 major: a`,
    ranges(''),
  )
  scenario(
    'a peer in range follows unless the setting says only when out of range',
    `ui 1.0.0 -> kit peer ^1.0.0
     kit 1.0.0
     --- settings
     onlyUpdatePeerDependentsWhenOutOfRange
     --- changesets
     a kit minor, ui patch`,
    `kit 1.0.0 -> 1.1.0 minor: a
     ui 1.0.0 -> 1.0.1 patch: a`,
    ranges(''),
  )
  scenario(
    'a package with versions off is rewritten, not released',
    `web 1.0.0 private -> db ^1.0.0
     db 1.0.0
     --- settings
     privatePackages skipped
     --- changesets
     a db major`,
    'db 1.0.0 -> 2.0.0 major: a',
    (plan) => expect(plan.rewrites).toMatchObject([{ name: 'web', rangeEdits: [{ to: '^2.0.0' }] }]),
  )
})

describe('edges that Changesets drops are reported', () => {
  scenario(
    'a range that does not hold the present version is not followed',
    `api 1.0.0 -> db ^1.0.0
     db 2.0.0
     --- changesets
     a db major`,
    'db 2.0.0 -> 3.0.0 major: a',
    (plan) =>
      expect(plan.problems).toMatchObject([
        {
          code: 'DEPENDENCY_NOT_FOLLOWED',
          name: 'api',
          dependency: 'db',
          why: 'stale',
          range: '^1.0.0',
          next: '3.0.0',
        },
      ]),
  )
  scenario(
    'of two sections the last one decides, so that a stale peer hides a workspace edge',
    `ui 1.0.0 -> kit dev workspace:*, kit peer ^1.0.0
     kit 2.0.0
     --- changesets
     a kit major`,
    'kit 2.0.0 -> 3.0.0 major: a',
    (plan) =>
      expect(plan.problems).toMatchObject([
        { code: 'DEPENDENCY_NOT_FOLLOWED', field: 'peerDependencies', why: 'stale' },
      ]),
  )
  scenario(
    'a catalog is not followed',
    `api 1.0.0 -> db catalog:
     db 1.0.0
     --- catalogs
     default db workspace:^
     --- changesets
     a db major`,
    'db 1.0.0 -> 2.0.0 major: a',
    problems('DEPENDENCY_NOT_FOLLOWED'),
  )
  scenario(
    'an alias and a dist-tag are not followed',
    `api 1.0.0 -> db npm:db@^1.0.0
     web 1.0.0 -> db latest
     db 1.0.0
     --- changesets
     a db major`,
    'db 1.0.0 -> 2.0.0 major: a',
    (plan) => expect(plan.problems).toMatchObject([{ why: 'protocol' }, { why: 'tag' }]),
  )
  scenario(
    'an alias beside an edge that is followed is not dropped in silence',
    `api 1.0.0 -> db workspace:*, old-db npm:db@^1.0.0
     db 1.0.0
     --- changesets
     a db major`,
    `api 1.0.0 -> 1.0.1 patch: db 2.0.0 leaves workspace:*
     db 1.0.0 -> 2.0.0 major: a`,
    (plan) =>
      expect(plan.problems).toMatchObject([
        { code: 'DEPENDENCY_NOT_FOLLOWED', name: 'api', dependency: 'db', range: 'npm:db@^1.0.0', why: 'protocol' },
      ]),
  )
  scenario(
    'with bumpVersionsWithWorkspaceProtocolOnly only the workspace protocol is followed',
    `api 1.0.0 -> db ^1.0.0
     web 1.0.0 -> db workspace:^
     db 1.0.0
     --- settings
     bumpVersionsWithWorkspaceProtocolOnly
     --- changesets
     a db major`,
    `db 1.0.0 -> 2.0.0 major: a
     web 1.0.0 -> 1.0.1 patch: db 2.0.0 leaves workspace:^`,
    problems('DEPENDENCY_NOT_FOLLOWED'),
  )
  scenario(
    'what a range holds reaches its dependent, though nobody follows it',
    `a 1.0.0 -> db ^2.0.0
     b 1.0.0 -> db *
     c 1.0.0 -> old-db npm:db@1 || 2
     db 1.0.0-beta.1
     --- changesets
     x db major
     y db minor`,
    'db 1.0.0-beta.1 -> 1.0.0 major: x; y',
    (plan) =>
      expect(plan.problems).toMatchObject([
        { code: 'DEPENDENCY_NOT_FOLLOWED', name: 'a', range: '^2.0.0', why: 'stale', next: '1.0.0' },
      ]),
  )
  scenario(
    'a range that waits for the release is nothing to report',
    `ui 1.0.0 -> kit peer ^2.0.0
     kit 1.0.0
     --- changesets
     a kit major`,
    'kit 1.0.0 -> 2.0.0 major: a',
    problems(),
  )
  scenario(
    'nor is an alias for a version that was published earlier',
    `api 1.0.0 -> api dev npm:api@0.3.0
     web 1.0.0 -> old-api npm:api@^0.3.0
     --- changesets
     a api major`,
    'api 1.0.0 -> 2.0.0 major: a',
    problems(),
  )
  scenario(
    'nor is what bumpVersionsWithWorkspaceProtocolOnly takes from the registry, or holds anyway',
    `a 1.0.0 -> db dev ^1.0.0
     b 1.0.0 -> db peer >=2
     db 2.0.0
     --- settings
     bumpVersionsWithWorkspaceProtocolOnly
     --- changesets
     x db major`,
    'db 2.0.0 -> 3.0.0 major: x',
    problems(),
  )
  scenario(
    'a dependency that is not released is nothing to report',
    `api 1.0.0 -> db ^1.0.0
     db 2.0.0
     --- changesets
     a api patch`,
    'api 1.0.0 -> 1.0.1 patch: a',
    problems(),
  )
  scenario(
    'a published package that depends on an ignored one is named',
    `api 1.0.0 -> db ^1.0.0
     db 1.0.0
     --- settings
     ignore db
     --- changesets
     a api patch`,
    'api 1.0.0 -> 1.0.1 patch: a',
    problems('SKIPPED_DEPENDENCY'),
  )
})

describe('dependents under changesets@2', () => {
  scenario(
    'a minor of a peer makes its dependent major, in range or not',
    `ui 1.0.0 -> kit peer ^1.0.0
     kit 1.0.0
     --- settings
     rules changesets@2
     --- changesets
     a kit minor`,
    `kit 1.0.0 -> 1.1.0 minor: a
     ui 1.0.0 -> 2.0.0 major: kit 1.1.0 is released (peer)`,
  )
  scenario(
    'the major of a peer dependent goes on to its own peer dependents',
    `page 1.0.0 -> ui peer ^1.0.0
     ui 1.0.0 -> kit peer ^1.0.0
     kit 1.0.0
     --- settings
     rules changesets@2
     --- changesets
     a kit minor`,
    `kit 1.0.0 -> 1.1.0 minor: a
     page 1.0.0 -> 2.0.0 major: ui 2.0.0 leaves ^1.0.0 (peer)
     ui 1.0.0 -> 2.0.0 major: kit 1.1.0 is released (peer)`,
  )
  scenario(
    'a patch of a peer in range does nothing',
    `ui 1.0.0 -> kit peer ^1.0.0
     kit 1.0.0
     --- settings
     rules changesets@2
     --- changesets
     a kit patch`,
    'kit 1.0.0 -> 1.0.1 patch: a',
  )
  scenario(
    'only when out of range, a peer in range does nothing and one out of range is major',
    `ui 1.0.0 -> kit peer ^1.0.0
     page 1.0.0 -> kit peer ~1.0.0
     kit 1.0.0
     --- settings
     rules changesets@2
     onlyUpdatePeerDependentsWhenOutOfRange
     --- changesets
     a kit minor`,
    `kit 1.0.0 -> 1.1.0 minor: a
     page 1.0.0 -> 2.0.0 major: kit 1.1.0 leaves ~1.0.0 (peer)`,
  )
  scenario(
    'as older versions did, a bare operator of the workspace protocol may be left by every release',
    `api 1.0.0 -> db workspace:^
     db 1.0.0
     --- settings
     rules changesets@2
     everyReleaseLeavesWorkspaceOperators
     --- changesets
     a db patch`,
    `api 1.0.0 -> 1.0.1 patch: db 1.0.1 leaves workspace:^
     db 1.0.0 -> 1.0.1 patch: a`,
  )
  scenario(
    'as older versions did, a range of the workspace protocol may be rewritten at every release',
    `ui 1.0.0 -> kit peer workspace:^1.0.0, db workspace:^1.0.0
     kit 1.0.0
     db 1.0.0
     --- settings
     rules changesets@2
     updateInternalDependencies minor
     onlyUpdatePeerDependentsWhenOutOfRange
     everyReleaseRewritesWorkspaceRanges
     --- changesets
     a kit patch, db patch, ui patch`,
    `db 1.0.0 -> 1.0.1 patch: a
     kit 1.0.0 -> 1.0.1 patch: a
     ui 1.0.0 -> 1.0.1 patch: a`,
    ranges(`ui dependencies db workspace:^1.0.0 -> workspace:^1.0.1
     ui peerDependencies kit workspace:^1.0.0 -> workspace:^1.0.1`),
  )
  scenario(
    'a table of a package can let it be while its range holds',
    `ui 1.0.0 -> kit peer ^1.0.0
     kit 1.0.0
     --- settings
     rules changesets@2
     cascade ui peerDependencies in-range none
     --- changesets
     a kit minor`,
    'kit 1.0.0 -> 1.1.0 minor: a',
    ranges(''),
  )
  scenario(
    'two bounds are replaced by one',
    `api 1.0.0 -> db >=2.0.0 <3.0.0
     db 2.0.0
     --- settings
     rules changesets@2
     --- changesets
     a db major`,
    `api 1.0.0 -> 1.0.1 patch: db 3.0.0 leaves >=2.0.0 <3.0.0
     db 2.0.0 -> 3.0.0 major: a`,
    ranges('api dependencies db >=2.0.0 <3.0.0 -> >=3.0.0'),
  )
})

describe('dependents under topsail', () => {
  scenario(
    'a peer out of range by a major makes its dependent major, by a minor minor, in range nothing',
    `a 1.0.0 -> kit peer ^1.0.0
     b 1.0.0 -> old peer ~0.1.0
     c 1.0.0 -> old peer ^0.1.0 || ^0.2.0
     kit 1.0.0
     old 0.1.0
     --- settings
     rules topsail
     --- changesets
     x kit major, old minor`,
    `a 1.0.0 -> 2.0.0 major: kit 2.0.0 leaves ^1.0.0 (peer)
     b 1.0.0 -> 1.1.0 minor: old 0.2.0 leaves ~0.1.0 (peer)
     kit 1.0.0 -> 2.0.0 major: x
     old 0.1.0 -> 0.2.0 minor: x`,
  )
  scenario(
    'an alternative is added, never replaced, and written like the last',
    `a 1.0.0 -> db ^1 || ^2
     b 1.0.0 -> db ^1.0.0 || ^2.0.0
     c 1.0.0 -> db 1.x || 2.x
     db 2.0.0
     --- settings
     rules topsail
     --- changesets
     x db major`,
    `a 1.0.0 -> 1.0.1 patch: db 3.0.0 leaves ^1 || ^2
     b 1.0.0 -> 1.0.1 patch: db 3.0.0 leaves ^1.0.0 || ^2.0.0
     c 1.0.0 -> 1.0.1 patch: db 3.0.0 leaves 1.x || 2.x
     db 2.0.0 -> 3.0.0 major: x`,
    ranges(`a dependencies db ^1 || ^2 -> ^1 || ^2 || ^3
            b dependencies db ^1.0.0 || ^2.0.0 -> ^1.0.0 || ^2.0.0 || ^3.0.0
            c dependencies db 1.x || 2.x -> 1.x || 2.x || 3.x`),
  )
  scenario(
    'a lower bound is kept and a range that holds is not touched',
    `a 1.0.0 -> db >=2.0.0 <3.0.0
     b 1.0.0 -> db >=2.0.0
     c 1.0.0 -> db ^2.0.0
     db 2.0.0
     --- settings
     rules topsail
     --- changesets
     x db major, b patch`,
    `a 1.0.0 -> 1.0.1 patch: db 3.0.0 leaves >=2.0.0 <3.0.0
     b 1.0.0 -> 1.0.1 patch: x
     c 1.0.0 -> 1.0.1 patch: db 3.0.0 leaves ^2.0.0
     db 2.0.0 -> 3.0.0 major: x`,
    ranges(`a dependencies db >=2.0.0 <3.0.0 -> >=2.0.0 <4.0.0
            c dependencies db ^2.0.0 -> ^3.0.0`),
  )
  scenario(
    'catalogs and aliases are followed, and a catalog left behind is named',
    `a 1.0.0 -> db catalog:
     b 1.0.0 -> base npm:db@^1.0.0
     db 1.0.0
     --- settings
     rules topsail
     --- catalogs
     default db ^1.0.0
     --- changesets
     x db major`,
    `a 1.0.0 -> 1.0.1 patch: db 2.0.0 leaves catalog:
     b 1.0.0 -> 1.0.1 patch: db 2.0.0 leaves npm:db@^1.0.0
     db 1.0.0 -> 2.0.0 major: x`,
    (plan, snapshot) => {
      expect(rangeLines(plan)).toEqual(['b dependencies base npm:db@^1.0.0 -> npm:db@^2.0.0'])
      expect(plan.problems).toMatchObject([
        { code: 'CATALOG_OUT_OF_RANGE', place: { file: 'pnpm-workspace.yaml' }, catalog: 'default', dependency: 'db' },
      ])
      const placeUnder = (tool: 'yarn' | 'bun') =>
        planRelease({ ...snapshot, workspace: { ...snapshot.workspace, tool } }, String).problems[0]?.place
      expect([placeUnder('yarn'), placeUnder('bun')]).toEqual([{ file: '.yarnrc.yml' }, { file: 'package.json' }])
    },
  )
  scenario(
    'each section speaks for itself: a stale peer does not hide a workspace edge',
    `ui 1.0.0 -> kit workspace:*, kit peer ^1.0.0
     kit 2.0.0
     --- settings
     rules topsail
     --- changesets
     a kit major`,
    `kit 2.0.0 -> 3.0.0 major: a
     ui 1.0.0 -> 1.0.1 patch: kit 3.0.0 leaves workspace:*`,
    (plan) =>
      expect(plan.problems).toMatchObject([
        { code: 'DEPENDENCY_NOT_FOLLOWED', name: 'ui', field: 'peerDependencies', range: '^1.0.0', why: 'stale' },
      ]),
  )
  scenario(
    'a table of a package overrides the preset',
    `a 1.0.0 -> kit peer ^1.0.0
     b 1.0.0 -> kit peer ^1.0.0
     c 1.0.0 -> kit ^1.0.0
     kit 1.0.0
     --- settings
     rules topsail
     cascade a peerDependencies out-by-major minor
     cascade c dependencies in-range minor
     cascade c dependencies out-by-major major
     --- changesets
     x kit major`,
    `a 1.0.0 -> 1.1.0 minor: kit 2.0.0 leaves ^1.0.0 (peer)
     b 1.0.0 -> 2.0.0 major: kit 2.0.0 leaves ^1.0.0 (peer)
     c 1.0.0 -> 2.0.0 major: kit 2.0.0 leaves ^1.0.0
     kit 1.0.0 -> 2.0.0 major: x`,
  )
  scenario(
    'a prerelease that only leaves a range by being one patches peers',
    `ui 1.0.0 -> kit peer ^1.0.0
     kit 1.0.0
     --- settings
     rules topsail
     --- pre beta
     --- changesets
     a kit minor`,
    `kit 1.0.0 -> 1.1.0-beta.0 minor: a
     ui 1.0.0 -> 1.0.1-beta.0 patch: kit 1.1.0-beta.0 leaves ^1.0.0 (peer)`,
  )
})

describe('groups', () => {
  scenario(
    'a fixed group releases every member at one version, from the highest of them',
    `a 1.0.0
     b 1.5.0
     --- settings
     fixed a b
     --- changesets
     x a patch`,
    `a 1.0.0 -> 1.5.1 patch: x; fixed with b
     b 1.5.0 -> 1.5.1 patch: fixed with a`,
  )
  scenario(
    'a linked group moves only the members that are released',
    `a 1.0.0
     b 1.5.0
     c 1.2.0
     --- settings
     linked a b c
     --- changesets
     x a patch
     y c minor`,
    `a 1.0.0 -> 1.6.0 minor: linked with c; x; linked with b
     c 1.2.0 -> 1.6.0 minor: y; linked with b`,
  )
  scenario(
    'what a group raises goes on to dependents',
    `a 1.0.0
     b 1.0.0
     web 1.0.0 -> b ^1.0.0
     --- settings
     fixed a b
     --- changesets
     x a major`,
    `a 1.0.0 -> 2.0.0 major: x
     b 1.0.0 -> 2.0.0 major: fixed with a
     web 1.0.0 -> 1.0.1 patch: b 2.0.0 leaves ^1.0.0`,
  )
  scenario(
    'what a dependent is given goes on to its group',
    `db 1.0.0
     api 1.0.0 -> db 1.0.0
     web 2.0.0
     --- settings
     fixed api web
     --- changesets
     x db patch`,
    `api 1.0.0 -> 2.0.1 patch: db 1.0.1 leaves 1.0.0; fixed with web
     db 1.0.0 -> 1.0.1 patch: x
     web 2.0.0 -> 2.0.1 patch: fixed with api`,
  )
  scenario(
    'a member that its own dependent raised says what released it at first',
    `a 1.0.0
     b 1.0.0
     c 1.0.0 -> b peer workspace:*
     --- settings
     rules topsail
     fixed c a b
     --- changesets
     x a patch`,
    `a 1.0.0 -> 1.1.0 minor: fixed with c; x
     b 1.0.0 -> 1.1.0 minor: fixed with c; fixed with a
     c 1.0.0 -> 1.1.0 minor: b 1.1.0 leaves workspace:* (peer); fixed with a`,
  )
  scenario(
    'an ignored member of a fixed group stays',
    `a 1.0.0
     b 1.0.0
     --- settings
     fixed a b
     ignore b
     --- changesets
     x a minor`,
    'a 1.0.0 -> 1.1.0 minor: x',
  )
})

describe('pre mode', () => {
  scenario(
    'the first prerelease counts from 0 and reaches every dependent',
    `api 1.0.0 -> db ^1.0.0
     db 1.0.0
     --- pre beta
     --- changesets
     a db minor`,
    `api 1.0.0 -> 1.0.1-beta.0 patch: db 1.1.0-beta.0 leaves ^1.0.0
     db 1.0.0 -> 1.1.0-beta.0 minor: a`,
    ranges('api dependencies db ^1.0.0 -> ^1.1.0-beta.0'),
  )
  scenario(
    'the counter goes on when the base moves and when the tag changes',
    `a 1.0.1-beta.3
     b 1.1.0-alpha.4
     --- pre beta
     --- changesets
     x a minor, b patch`,
    `a 1.0.1-beta.3 -> 1.1.0-beta.4 minor: x
     b 1.1.0-alpha.4 -> 1.1.0-beta.5 patch: x`,
  )
  scenario(
    'a group shares the highest counter of its members',
    `a 1.1.0-beta.3
     b 1.1.0-beta.7
     --- settings
     fixed a b
     --- pre beta
     --- changesets
     x a patch`,
    `a 1.1.0-beta.3 -> 1.1.0-beta.8 patch: x; fixed with b
     b 1.1.0-beta.7 -> 1.1.0-beta.8 patch: fixed with a`,
  )
  scenario(
    'used changesets wait for the exit, and new ones are set aside',
    `db 1.1.0-beta.0
     --- pre beta
     --- changesets
     pre/old db minor
     new db patch`,
    'db 1.1.0-beta.0 -> 1.1.0-beta.1 patch: new',
    (plan) => {
      expect(plan.consumed).toEqual([
        { id: 'changeset:new', file: '.changeset/new.md', movedTo: '.changeset/pre/new.md' },
      ])
      expect(plan.preState).toBeUndefined()
    },
  )
  scenario(
    'under changesets@2 used changesets are noted in pre.json and stay where they are',
    `db 1.1.0-beta.0
     api 1.0.0
     --- settings
     rules changesets@2
     --- pre beta
     used old
     was db 1.0.0
     --- changesets
     old db minor
     new db patch`,
    'db 1.1.0-beta.0 -> 1.1.0-beta.1 patch: new',
    (plan) => {
      expect(plan.consumed).toEqual([])
      expect(JSON.parse(plan.preState ?? '')).toEqual({
        mode: 'pre',
        tag: 'beta',
        initialVersions: { db: '1.0.0', api: '1.0.0' },
        changesets: ['new', 'old'],
      })
    },
  )
  scenario(
    'a pre.json of Changesets 2 is carried over under changesets@3',
    `db 1.1.0-beta.0
     --- pre beta
     used old
     was db 1.0.0
     --- changesets
     old db minor
     new db patch`,
    'db 1.1.0-beta.0 -> 1.1.0-beta.1 patch: new',
    (plan) => {
      expect(plan.consumed.map(({ movedTo }) => movedTo)).toEqual(['.changeset/pre/new.md', '.changeset/pre/old.md'])
      expect(plan.preState).toBe('{\n  "mode": "pre",\n  "tag": "beta"\n}\n')
    },
  )
  scenario(
    'at the exit Changesets 2 releases what is left out, whether it was a prerelease or not',
    `db 1.0.1-beta.0
     old 1.0.1-beta.0
     site 1.0.0
     --- settings
     rules changesets@2
     ignore old, site
     --- pre exit beta
     --- changesets
     a db patch`,
    `db 1.0.1-beta.0 -> 1.0.1 patch: a
     old 1.0.1-beta.0 -> 1.0.1 patch: leaves 1.0.1-beta.0
     site 1.0.0 -> 1.0.1 patch: leaves 1.0.0`,
  )
  scenario(
    'and in older versions only the prereleases among them',
    `db 1.0.1-beta.0
     old 1.0.1-beta.0
     site 1.0.0
     --- settings
     rules changesets@2
     exitSparesLeftOut
     ignore old, site
     --- pre exit beta
     --- changesets
     a db patch`,
    `db 1.0.1-beta.0 -> 1.0.1 patch: a
     old 1.0.1-beta.0 -> 1.0.1 patch: leaves 1.0.1-beta.0`,
  )
  scenario(
    'at the exit all changesets count again and every live prerelease loses its suffix',
    `db 1.1.0-beta.1
     api 1.0.1-beta.0
     web 3.0.0
     --- pre exit beta
     --- changesets
     pre/old db minor`,
    `api 1.0.1-beta.0 -> 1.0.1 patch: leaves 1.0.1-beta.0
     db 1.1.0-beta.1 -> 1.1.0 minor: pre/old`,
    (plan) => {
      expect(plan.preState).toBeNull()
      expect(plan.consumed).toEqual([{ id: 'changeset:pre/old', file: '.changeset/pre/old.md', movedTo: undefined }])
    },
  )
  scenario(
    'a prerelease that does not end in a number starts at 0 and is named',
    `db 1.1.0-beta.x
     --- pre beta
     --- changesets
     a db patch`,
    'db 1.1.0-beta.x -> 1.1.0-beta.0 patch: a',
    problems('PRE_COUNTER_NOT_A_NUMBER'),
  )
})

describe('policies', () => {
  scenario(
    'shift makes a major of 0.x minor and a minor patch',
    `a 0.1.0
     b 0.1.0
     c 1.0.0
     --- settings
     zeroMajor shift
     --- changesets
     x a major, b minor, c major`,
    `a 0.1.0 -> 0.2.0 minor: x; major of 0.x is minor
     b 0.1.0 -> 0.1.1 patch: x; minor of 0.x is patch
     c 1.0.0 -> 2.0.0 major: x`,
  )
  scenario(
    'major-to-minor leaves a minor alone',
    `a 0.1.0
     b 0.1.0
     --- settings
     zeroMajor major-to-minor
     --- changesets
     x a major, b minor`,
    `a 0.1.0 -> 0.2.0 minor: x; major of 0.x is minor
     b 0.1.0 -> 0.2.0 minor: x`,
  )
  scenario(
    'no bump passes the cap, and what was asked for is named',
    `a 1.0.0
     b 1.0.0 -> a peer ^1.0.0
     --- settings
     rules changesets@2
     maxBump minor
     --- changesets
     x a major`,
    `a 1.0.0 -> 1.1.0 minor: x; major capped at minor
     b 1.0.0 -> 1.1.0 minor: a 1.1.0 is released (peer)`,
    problems('BUMP_CAPPED'),
  )
})

describe('order', () => {
  scenario(
    'a package comes in the wave after the last it needs, development edges aside',
    `web 1.0.0 -> api 1.0.0
     api 1.0.0 -> db 1.0.0, kit dev 1.0.0
     kit 1.0.0 -> api dev 1.0.0
     db 1.0.0
     --- changesets
     x db patch, kit patch`,
    `api 1.0.0 -> 1.0.1 patch: db 1.0.1 leaves 1.0.0
     db 1.0.0 -> 1.0.1 patch: x
     kit 1.0.0 -> 1.0.1 patch: x
     web 1.0.0 -> 1.0.1 patch: api 1.0.1 leaves 1.0.0`,
    (plan) => {
      expect(plan.order).toEqual([['db', 'kit'], ['api'], ['web']])
      expect(plan.releases.map(({ needs }) => needs)).toEqual([['db'], [], [], ['api']])
    },
  )
  scenario(
    'the shown range is the one that decides an installation',
    `api 1.0.0 -> db ^1.0.0, db peer >=1.0.0, kit dev ^1.0.0
     db 1.0.0
     kit 1.0.0
     --- changesets
     x api patch`,
    'api 1.0.0 -> 1.0.1 patch: x',
    (plan) => expect({ ...plan.releases[0]?.dependencies }).toEqual({ db: '^1.0.0' }),
  )
})

describe('identity', () => {
  const text = `db 1.0.0
    api 1.0.0 -> db ^1.0.0
    --- changesets
    a db major`

  test('the same snapshot has the same identity, at any time', () => {
    const snapshot = readScenario(text)
    const later = { ...snapshot, now: '2030-01-01T00:00:00.000Z' }
    expect(planRelease(later, String).id).toBe(planRelease(snapshot, String).id)
  })

  test.each([
    ['a manifest', text.replace('api 1.0.0', 'api 1.0.0 private')],
    ['a changeset', text.replace('major', 'minor')],
    ['a setting', text.replace('---', '--- settings\n rules topsail\n ---')],
  ])('%s that differs makes another identity', (_what, other) => {
    expect(planRelease(readScenario(other), String).id).not.toBe(planRelease(readScenario(text), String).id)
  })
})

describe('changes from outside the snapshot', () => {
  const snapshot = readScenario(`db 1.0.0
    api 1.0.0 -> db ^1.0.0
    --- changesets
    a db major`)

  test('a change can be left out', () => {
    expect(planRelease(snapshot, String, { dropChanges: ['changeset:a'] }).releases).toEqual([])
  })

  test('an override replaces what the changes ask for', () => {
    const change = { kind: 'override', id: 'override:db', by: '--bump', summary: '', bumps: { db: 'patch' } } as const
    const plan = planRelease(snapshot, String, { extraChanges: [change] })
    expect(releaseLines(plan)).toEqual(['db 1.0.0 -> 1.0.1 patch: asked by --bump; a'])
  })
})

describe('what a rollback has burned', () => {
  scenario(
    'a version that was rolled back is skipped, and the reason says so',
    `db  1.2.3
     api 1.0.0 -> db ^1.2.3
     --- changesets
     a db minor
     b api minor
     --- burned
     db 1.3.0 1.3.1 1.0.0
     other 9.9.9`,
    `api 1.0.0 -> 1.1.0 minor: b
     db 1.2.3 -> 1.3.2 minor: a; db 1.3.0 is burned; db 1.3.1 is burned`,
    ranges('api dependencies db ^1.2.3 -> ^1.3.2'),
  )
  scenario(
    'the members of a fixed group skip what any of them has burned',
    `db  1.0.0
     api 1.0.0
     --- settings
     fixed db api
     --- changesets
     a db minor
     --- burned
     api 1.1.0`,
    `api 1.0.0 -> 1.1.1 minor: fixed with db; api 1.1.0 is burned
     db 1.0.0 -> 1.1.1 minor: a; api 1.1.0 is burned`,
  )
  scenario(
    'a prerelease goes on to the next number',
    `db 1.0.0
     --- pre beta
     --- changesets
     a db minor
     --- burned
     db 1.1.0-beta.0 1.1.0`,
    'db 1.0.0 -> 1.1.0-beta.1 minor: a; db 1.1.0-beta.0 is burned',
  )
})
