import { expect, test } from 'vitest'
import { planRelease } from '../plan/plan.ts'
import { readScenario } from '../testing/scenario.ts'

const workspace = `api 1.0.0
site -
--- settings
rules changesets@2
--- changesets
a api minor`

function namesUnseen(text: string, seen: readonly string[]): readonly string[] {
  const snapshot = readScenario(text)
  const { problems } = planRelease(
    { ...snapshot, workspace: { ...snapshot.workspace, seenByChangesets2: seen } },
    String,
  )
  return problems.flatMap((problem) => (problem.code === 'MEMBERS_UNSEEN_BY_RULES' ? problem.names : []))
}

test('members that Changesets 2 does not see are told when they could be released', () => {
  const [api = ''] = readScenario(workspace).workspace.packages.map(({ dir }) => dir)
  expect(namesUnseen(workspace, [])).toEqual(['api'])
  expect(namesUnseen(workspace, [api])).toEqual([])
})

test('neither generation sees the members of a member', () => {
  const nestedUnder = (rules: string) => {
    const snapshot = readScenario(workspace.replace('changesets@2', rules))
    const nested = snapshot.workspace.packages.map(({ dir }) => dir)
    return planRelease({ ...snapshot, workspace: { ...snapshot.workspace, nested } }, String)
  }
  const told = { code: 'MEMBERS_UNSEEN_BY_RULES', names: ['api'], nested: true }
  expect(nestedUnder('changesets@2').problems).toContainEqual(expect.objectContaining(told))
  expect(nestedUnder('changesets@3').problems).toContainEqual(expect.objectContaining(told))
  expect(nestedUnder('changesets@3').releases).toEqual([])
  expect(nestedUnder('topsail').releases).toMatchObject([{ name: 'api', to: '1.1.0' }])
})

test('one that has no version is told when a changeset names it', () => {
  expect(namesUnseen(`${workspace}\nb site patch`, [])).toEqual(['api', 'site'])
})
