import { expect, test } from 'vitest'
import { subjectsIn } from './tell-issues.ts'

test('subjects name pull requests, messages close issues, each once and in order', () => {
  const messages = [
    'feat: more (#12)\n\nFixes #3, and closes #4.\n',
    'Merge pull request #7 from ada/more\n\nfeat: more\n\nResolves: #12',
    'fix: less (!9)\n\nfixed #3',
  ]
  expect(subjectsIn(messages)).toEqual([
    { kind: 'pull-request', number: 7 },
    { kind: 'pull-request', number: 9 },
    { kind: 'pull-request', number: 12 },
    { kind: 'issue', number: 3 },
    { kind: 'issue', number: 4 },
  ])
})

test('what only mentions a number is left alone', () => {
  expect(subjectsIn(['feat: see #5\n\nprefixes #6, (#7) in the middle', 'fix: a#8', ''])).toEqual([])
})
