import { expect, test } from 'vitest'
import { mergeLosses, type BranchCommits, type MergeTexts } from './merge-loss.ts'
import type { MergeSettings } from './merge-settings.ts'

const github: MergeSettings = {
  merge: true,
  squash: true,
  rebase: true,
  squashTitle: 'commit-or-title',
  squashMessage: 'commits',
  mergeMessage: 'title',
}
const squashOnly = { ...github, merge: false, rebase: false }
const rebaseOnly = { ...github, merge: false, squash: false }
const gitlab = (squash: string): MergeSettings => ({
  ...squashOnly,
  squashTitle: 'title',
  squashMessage: 'blank',
  templates: { squash, merge: "Merge branch '%{source_branch}' into '%{target_branch}'\n\n%{title}" },
})

const texts: MergeTexts = { number: 7, title: 'feat: a pool', body: '', branch: 'pool', base: 'main' }
const commits = (total: number, ...messages: readonly string[]): BranchCommits => ({
  total,
  breaking: messages.map((message, index) => ({ commit: String(index).repeat(40), message })),
  reading: { preset: 'conventional', types: {} },
})
const footer = 'feat(db): a pool\n\nFaster.\n\nBREAKING CHANGE: connect() is gone'
const mark = 'feat(db)!: a pool'

const cases: readonly (readonly [string, MergeSettings, Partial<MergeTexts>, BranchCommits, readonly string[]])[] = [
  ['nothing breaks', squashOnly, {}, commits(3), []],
  ['the list of commits keeps a mark', squashOnly, {}, commits(3, mark), []],
  ['the list of commits keeps a footer', squashOnly, {}, commits(3, footer), []],
  ['a title alone drops a mark', { ...squashOnly, squashMessage: 'blank' }, {}, commits(3, mark), ['squash']],
  ['a title alone drops a footer', { ...squashOnly, squashMessage: 'blank' }, {}, commits(3, footer), ['squash']],
  [
    'the description drops a footer',
    { ...squashOnly, squashMessage: 'body' },
    { body: 'It pools.' },
    commits(3, footer),
    ['squash'],
  ],
  [
    'a title that says it too',
    { ...squashOnly, squashMessage: 'blank' },
    { title: 'feat!: a pool' },
    commits(3, footer),
    [],
  ],
  [
    'a description that says it too',
    { ...squashOnly, squashMessage: 'body' },
    { body: 'BREAKING CHANGE: gone' },
    commits(2, footer),
    [],
  ],
  ['the only commit gives its subject', { ...squashOnly, squashMessage: 'blank' }, {}, commits(1, mark), []],
  [
    'the only commit, under the title',
    { ...squashOnly, squashTitle: 'title', squashMessage: 'blank' },
    {},
    commits(1, mark),
    ['squash'],
  ],
  ['the only commit gives its body', squashOnly, {}, commits(1, footer), []],
  ['merging and rebasing keep commits', { ...github, squash: false }, {}, commits(3, footer), []],
  ['rebasing drops a title', rebaseOnly, { title: 'feat!: a pool' }, commits(2), ['rebase']],
  [
    'a merge commit keeps a title',
    { ...rebaseOnly, merge: true, rebase: false },
    { title: 'feat!: a pool' },
    commits(2),
    [],
  ],
  [
    'a merge commit without it',
    { ...rebaseOnly, merge: true, rebase: false, mergeMessage: 'blank' },
    { title: 'feat!: a pool' },
    commits(2),
    ['merge'],
  ],
  ['a description in no message', squashOnly, { body: 'BREAKING CHANGE: gone' }, commits(2), ['squash']],
  ['only one of three ways', { ...github, squashMessage: 'blank' }, {}, commits(3, footer), ['squash']],
  ["GitLab's own template", gitlab('%{title}'), {}, commits(2, footer), ['squash']],
  ['a template with all commits', gitlab('%{title}\n\n%{all_commits}'), {}, commits(2, footer), []],
  ['a template with the description', gitlab('%{title}\n\n%{description}'), {}, commits(2, footer), ['squash']],
  ['a template with the first long commit', gitlab('%{first_multiline_commit}'), {}, commits(2, footer), []],
  [
    'a template with unknown parts',
    gitlab('%{nobody} %{__proto__} %{title}'),
    { title: 'feat!: x' },
    commits(2, mark),
    [],
  ],
]

test.each(cases)('what a merge keeps: %s', (_, settings, more, branch, losing) => {
  const [problem, ...others] = mergeLosses(settings, { ...texts, ...more }, branch)
  expect(others).toEqual([])
  expect(problem?.code === 'MERGE_LOSES_BREAKING' ? problem.methods : []).toEqual(losing)
})

test('it is told whether there is another way to merge, and what says it now', () => {
  const [some] = mergeLosses({ ...github, squashMessage: 'blank' }, texts, commits(3, footer))
  expect(some).toMatchObject({ always: false, said: 'commits', commits: [{ subject: 'feat(db): a pool' }] })
  const [all] = mergeLosses(rebaseOnly, { ...texts, title: 'feat!: x' }, commits(2))
  expect(all).toMatchObject({ always: true, said: 'title', commits: [], severity: 'warning' })
})

test('messages are read by the preset of the repository', () => {
  const lerna = { ...commits(2), reading: { preset: 'lerna', types: {}, exclamationMark: false } as const }
  // An exclamation mark means nothing there.
  expect(mergeLosses(rebaseOnly, { ...texts, title: 'feat!: x' }, lerna)).toEqual([])
})
