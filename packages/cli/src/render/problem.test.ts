import type { Problem } from '@topsail/core'
import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import { exampleOf, problemCodes, problemsPage } from './problems-page.ts'
import { mendOf, renderProblem, renderProblems, sentenceOf } from './problem.ts'

const plain = createColors(false)

test('docs/problems.md shows every code as the terminal does (`pnpm --filter topsail docs:problems` rewrites it)', async () => {
  await expect(problemsPage()).toMatchFileSnapshot('../../../../docs/problems.md')
})

test.each(problemCodes())('%s says what is wrong, and ends its hint without a full stop', (code) => {
  const problem = exampleOf(code)
  expect(sentenceOf(problem)).toMatch(/\S{2}/)
  expect(mendOf(problem) ?? 'none').not.toMatch(/\.$/)
  expect(sentenceOf(problem)).not.toContain('undefined')
})

test('a problem names severity, code and place on its first line', () => {
  const problem = exampleOf('CHANGESET_UNKNOWN_PACKAGE')
  expect(renderProblem(problem, plain)).toBe(
    [
      'quarantined  CHANGESET_UNKNOWN_PACKAGE  .changeset/brave-cats.md:2',
      '  No package named "@acme/bd" in this workspace.',
      '  hint: did you mean "@acme/db"?',
    ].join('\n'),
  )
})

test('of many problems of one kind the first fifty are shown, and how many more there are', () => {
  const one = exampleOf('COVERAGE_MISSING')
  const text = renderProblems([...Array.from({ length: 70 }, () => one), exampleOf('TREE_DIRTY')], plain)
  expect(text.match(/COVERAGE_MISSING {2}/g)).toHaveLength(50)
  expect(text).toContain('TREE_DIRTY')
  expect(text).toMatch(/… and 20 more COVERAGE_MISSING; --json lists them all\n$/)
})

test('a changelog generator that cannot be loaded has failed for no package', () => {
  const problem = { ...exampleOf('CHANGELOG_GENERATOR_FAILED'), name: undefined, detail: 'Unexpected end of input' }
  expect(sentenceOf(problem as Problem)).toBe(
    '"@changesets/changelog-github" cannot be loaded: Unexpected end of input. Nothing was written.',
  )
})

test.each(['CHANGELOG_GENERATOR_MISSING', 'CHANGELOG_GENERATOR_FAILED', 'FORMATTER_MISSING', 'COMMIT_MODULE_UNUSABLE'])(
  '%s of what is declared and not there says how to install',
  (code) => {
    const problem = exampleOf(code as Problem['code'])
    expect(mendOf({ ...problem, install: 'npm ci' } as Problem)).toBe('install what the manifests here declare: npm ci')
    expect(mendOf(problem)).not.toContain('npm ci')
  },
)

test('where the range is not read, the hint holds without the workspace protocol too', () => {
  const example = exampleOf('DEPENDENCY_NOT_FOLLOWED')
  const read = (why: string, range: string) => mendOf({ ...example, why, range } as Problem)
  expect(read('protocol', 'file:../db')).toBe('write a range such as "^2.0.0", or "workspace:^"')
  expect(read('workspace-only', '^2.0.0')).toBe('write "workspace:^"')
})

test('what has moved since a plan file was written is a list, a screen of it at most', () => {
  const releases = Array.from({ length: 70 }, (_, at) => ({
    what: 'release',
    name: `@acme/p${at}`,
    planned: '1.0.1',
    now: at === 3 ? `1.1.0 ${'x'.repeat(5_000)}` : '1.1.0',
  }))
  const moved = (many: number) =>
    renderProblem({ ...exampleOf('PLAN_MOVED'), moved: releases.slice(0, many) } as Problem, plain).split('\n')
  expect(moved(2).slice(1, 4)).toEqual([
    '  The workspace would give another plan now:',
    '  - Moved: release "@acme/p0" from 1.0.1 to 1.1.0.',
    '  - Moved: release "@acme/p1" from 1.0.1 to 1.1.0.',
  ])
  const many = moved(70)
  expect(many).toHaveLength(1 + 1 + 20 + 1 + 1)
  expect(many).toContain('  - And 50 more; --json lists them all.')
  expect(Math.max(...many.map((line) => line.length))).toBeLessThan(250)
})

test('a registry whose certificate nobody here knows will not be known later', () => {
  const mend = (detail: string) => mendOf({ ...exampleOf('REGISTRY_UNREACHABLE'), detail } as Problem)
  expect(mend('self-signed certificate in certificate chain')).toContain('NODE_EXTRA_CA_CERTS')
  expect(mend('Invalid URL')).toContain('https://')
  expect(mend('proxy.example answered with a web page (text/html)')).toContain('log in')
  expect(mend('503')).toBe('run the same command again when it answers')
})

test('facts cannot steer the terminal', () => {
  const hostile = '\u001b[2J\u202e\u0007x'
  const text = renderProblem(
    {
      code: 'CHANGESET_UNKNOWN_PACKAGE',
      severity: 'error',
      place: { file: `${hostile}.md`, line: 1 },
      name: hostile,
      closest: hostile,
    },
    plain,
  )
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
})
