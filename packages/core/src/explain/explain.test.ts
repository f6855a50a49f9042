import { expect, test } from 'vitest'
import { chainOf, explainRelease, type Cause, type ReleaseExplanation } from './explain.ts'
import { withinDepth } from './within-depth.ts'
import { planRelease } from '../plan/plan.ts'
import { readScenario } from '../testing/scenario.ts'

const hash = (text: string) => String(text.length)

function explain(scenario: string, name: string) {
  const snapshot = readScenario(scenario)
  return explainRelease(planRelease(snapshot, hash), snapshot, name)
}

/** Two spaces for each step away from the question. */
function tree(explanation: ReleaseExplanation, depth = 0): readonly string[] {
  const indent = '  '.repeat(depth)
  return [
    `${indent}${explanation.name} ${explanation.bump}`,
    ...explanation.causes.flatMap((cause) => branch(cause, depth + 1)),
  ]
}

function branch(cause: Cause, depth: number): readonly string[] {
  const indent = '  '.repeat(depth)
  switch (cause.kind) {
    case 'change':
      return [`${indent}${cause.change.id}`]
    case 'other':
      return [`${indent}${cause.reason.kind}`]
    case 'dependency':
    case 'group': {
      const label = cause.kind === 'group' ? cause.reason.kind : `${cause.reason.field} ${cause.reason.range}`
      const below =
        cause.because.kind === 'released' ? tree(cause.because, depth + 1) : [`${indent}  see ${cause.because.name}`]
      return [`${indent}${label}`, ...below]
    }
  }
}

function treeOf(scenario: string, name: string): readonly string[] {
  const explanation = explain(scenario, name)
  if (explanation.kind !== 'released') throw new Error(`${name} is ${explanation.kind}`)
  return tree(explanation)
}

test('a release is told down to the change that began it', () => {
  const scenario = `
    web 1.0.0 -> api ^1.0.0
    api 1.0.0 -> db ^1.0.0
    db  1.0.0
    --- settings
    updateInternalDependents always
    --- changesets
    cats db major
  `
  expect(treeOf(scenario, 'web')).toEqual([
    'web patch',
    '  dependencies ^1.0.0',
    '    api patch',
    '      dependencies ^1.0.0',
    '        db major',
    '          changeset:cats',
  ])
})

test('a way that is too long to be read is told in parts, each of which goes on where the last one ended', () => {
  const packages = Array.from({ length: 3000 }, (_, at) => `p${at} 1.0.0${at === 0 ? '' : ` -> p${at - 1} ^1.0.0`}`)
  const scenario = [...packages, '--- settings', 'updateInternalDependents always', '--- changesets', 'cats p0 major']
  const found = explain(scenario.join('\n'), 'p2999')
  if (found.kind !== 'released') throw new Error(found.kind)
  const lines = tree(withinDepth(found, 3)).map((line) => line.trim())
  expect(lines.filter((line) => line.startsWith('p'))).toEqual(['p2999 patch', 'p2998 patch', 'p2997 patch'])
  expect(lines.at(-1)).toBe('see p2996')
  const text = JSON.stringify(withinDepth(found))
  expect(text).toContain('{"kind":"reference","name":"p2899","further":true}')
  expect(text).not.toContain('p2898')
})

test('a package that comes up again is told once, so cycles and diamonds end', () => {
  const scenario = `
    top  1.0.0 -> left 1.0.0, right 1.0.0
    left 1.0.0 -> base 1.0.0, top 1.0.0
    right 1.0.0 -> base 1.0.0
    base 1.0.0
    --- changesets
    cats base patch
  `
  expect(treeOf(scenario, 'top')).toEqual([
    'top patch',
    '  dependencies 1.0.0',
    '    left patch',
    '      dependencies 1.0.0',
    '        base patch',
    '          changeset:cats',
    '      dependencies 1.0.0',
    '        see top',
    '  dependencies 1.0.0',
    '    right patch',
    '      dependencies 1.0.0',
    '        see base',
  ])
})

test('a member of a fixed group is told by the member that leads', () => {
  const scenario = `
    a 1.0.0
    b 1.0.0
    --- settings
    fixed a b
    --- changesets
    cats a minor
  `
  expect(treeOf(scenario, 'b').slice(0, 4)).toEqual(['b minor', '  fixed-group', '    a minor', '      changeset:cats'])
})

test('the chain of a release follows what raised it, and ends in its change', () => {
  const explanation = explain(
    `
    web 1.0.0 -> api 1.0.0
    api 1.0.0 -> db 1.0.0
    db  1.0.0
    --- changesets
    cats db patch
  `,
    'web',
  )
  if (explanation.kind !== 'released') throw new Error('it is released')
  expect(chainOf(explanation).map(({ kind }) => kind)).toEqual(['dependency', 'dependency', 'change'])
})

test('the chain ends in a change where a dependent has raised its own dependency', () => {
  const scenario = `
    a 0.0.1
    b 0.0.1 -> c workspace:*
    c 0.0.1 -> a workspace:*, b peer workspace:*
    --- settings
    rules topsail
    --- changesets
    one a minor
  `
  for (const name of ['b', 'c']) {
    const explanation = explain(scenario, name)
    if (explanation.kind !== 'released') throw new Error(explanation.kind)
    expect(chainOf(explanation).at(-1)).toMatchObject({ kind: 'change', change: { id: 'changeset:one' } })
  }
})

test('a package that is not released says what was near: ranges that hold, edges not followed, declines', () => {
  const scenario = `
    web   1.0.0 -> db ^1.0.0
    stale 1.0.0 -> db ^0.5.0
    tests 1.0.0 -> db dev 1.0.0
    db    1.0.0
    --- changesets
    cats db minor
    none web none
  `
  expect(explain(scenario, 'web')).toMatchObject({
    kind: 'not-released',
    skipped: undefined,
    declined: [{ id: 'changeset:none' }],
    uncounted: [],
    dependencies: [{ dependency: 'db', range: '^1.0.0', next: '1.1.0', why: 'in-range' }],
  })
  expect(explain(scenario, 'stale')).toMatchObject({ dependencies: [{ dependency: 'db', why: 'stale' }] })
  expect(explain(scenario, 'tests')).toMatchObject({
    dependencies: [{ dependency: 'db', field: 'devDependencies', why: 'asks-nothing' }],
    rewritten: [{ dependency: 'db', to: '1.1.0' }],
  })
})

test('a package that takes no part, and changes that do not count, are told', () => {
  const scenario = `
    hidden 1.0.0 private
    db 1.0.0
    --- settings
    privatePackages skipped
    --- changesets
    cats hidden minor
    dogs nobody major, db major
  `
  expect(explain(scenario, 'hidden')).toMatchObject({ skipped: 'private', uncounted: [{ id: 'changeset:cats' }] })
  expect(explain(scenario, 'db')).toMatchObject({ kind: 'not-released', uncounted: [{ id: 'changeset:dogs' }] })
})

test('a linked group is told where one of it is released', () => {
  const scenario = `
    api 1.0.0
    web 1.0.0
    db  1.0.0
    --- settings
    linked web db
    linked web api
    --- changesets
    cats db minor
  `
  expect(explain(scenario, 'web')).toMatchObject({ kind: 'not-released', linked: [['web', 'db']] })
})

test('an unknown name gets the closest one', () => {
  expect(explain('db 1.0.0', 'payments')).toEqual({ kind: 'unknown', name: 'payments', closest: undefined })
  expect(explain('database 1.0.0', 'databse')).toEqual({ kind: 'unknown', name: 'databse', closest: 'database' })
})
