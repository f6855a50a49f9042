import { expect, test } from 'vitest'
import { planRelease } from '../plan/plan.ts'
import { readScenario } from '../testing/scenario.ts'
import { namesWritten } from './changesets.ts'
import { asRulesSeeIt } from './members-seen.ts'

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

test('members of Changesets 2 alone are planned by its rules, and by no others', () => {
  const released = (rules: string) => {
    const snapshot = readScenario(workspace.replace('changesets@2', rules))
    const ofChangesets2Alone = snapshot.workspace.packages.map(({ dir }) => dir)
    const plan = planRelease({ ...snapshot, workspace: { ...snapshot.workspace, ofChangesets2Alone } }, String)
    return plan.releases.map(({ name }) => name)
  }
  expect(released('changesets@2')).toEqual(['api'])
  expect(released('changesets@3')).toEqual([])
  expect(released('topsail')).toEqual([])
})

test('one that has no version is told when a changeset names it', () => {
  expect(namesUnseen(`${workspace}\nb site patch`, [])).toEqual(['api', 'site'])
})

test('each changeset is read once, however many packages no rules release', () => {
  const members = Array.from({ length: 40 }, (_, at) => `site-${at} -`).join('\n')
  const snapshot = readScenario(workspace.replace('site -', members))
  let reads = 0
  const changesets = ['a', 'b', 'c'].map((id) => ({
    id,
    path: `.changeset/${id}.md`,
    get text() {
      reads += 1
      return '---\nsite-39: patch\n---\n\nnot site-3\n'
    },
  }))
  const { problems } = asRulesSeeIt({
    ...snapshot,
    changesets,
    workspace: { ...snapshot.workspace, seenByChangesets2: [] },
  })
  expect(problems).toMatchObject([{ names: ['api', 'site-39'] }])
  expect(reads).toBe(3)
})

test('a changeset names what stands in its front matter, whole and also where that cannot be read', () => {
  const names = new Set(['@acme/db', '@acme/db-client', 'api', 'site'])
  const named = (text: string) => [...namesWritten([text], names)]
  expect(named('---\n"@acme/db-client": minor\n---\n\nNot the api\n')).toEqual(['@acme/db-client'])
  expect(named("---\n'api':minor\n\tsite: patsch\n---\n")).toEqual(['api', 'site'])
  expect(named('"@acme/db": minor\n')).toEqual(['@acme/db'])
})
