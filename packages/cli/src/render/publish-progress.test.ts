import type { Step } from '@topsail/core'
import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import type { Environment, Output } from '../context.ts'
import { screenOf } from '../testing/screen.ts'
import { publishProgress } from './publish-progress.ts'

const common = { needs: [], after: [], undo: { kind: 'none' } } as const
const unit = { name: '@acme/db', version: '2.0.0' }
const pack: Step = { ...common, ...unit, kind: 'pack', id: 'pack:@acme/db@2.0.0', dir: 'packages/db' }
const confirm: Step = {
  ...common,
  ...unit,
  kind: 'confirm',
  id: 'confirm:@acme/db@2.0.0',
  registry: 'https://r.example/',
}

function output(isTTY: boolean): { output: Output; text: () => string } {
  let text = ''
  const write = (more: string): void => {
    text += more
  }
  return {
    output: { write, isTTY, columns: () => 60, colours: createColors(false), drained: () => Promise.resolve() },
    text: () => text,
  }
}

function play(isTTY: boolean, env: Environment = {}): string {
  const { output: to, text } = output(isTTY)
  const progress = publishProgress(to, env)
  progress.onEvent({ kind: 'planned', steps: [pack, confirm], problems: [] })
  for (const step of [pack, confirm]) {
    progress.onEvent({ kind: 'step-started', step })
    progress.onEvent({ kind: 'step-done', step })
  }
  progress.end()
  return text()
}

test('in a log each thing that happened is one plain line', () => {
  expect(play(false)).toBe('1 package to publish\n✓ packed @acme/db@2.0.0\n✓ confirmed @acme/db@2.0.0\n')
})

test('on a terminal there is a table while it runs, and nothing of it at the end', () => {
  const text = play(true)
  expect(text).toContain('Publishing 1 package')
  expect(screenOf(text)).toEqual([''])
})

test.each([{ CI: 'true' }, { TERM: 'dumb' }])('a terminal that nobody looks at gets lines: %j', (env) => {
  expect(play(true, env)).toBe(play(false))
})

test('on GitHub Actions every phase is a group, which no output can begin or end', () => {
  const { output: to, text } = output(false)
  const progress = publishProgress(to, { GITHUB_ACTIONS: 'true' })
  const build = { script: 'build', by: 'root', names: [], scripted: [] } as const
  progress.onEvent({ kind: 'build-started', build })
  progress.onEvent({ kind: 'build-output', line: '::endgroup::' })
  progress.onEvent({ kind: 'build-output', line: 'x ##[add-path]evil' })
  progress.onEvent({ kind: 'step-done', step: pack })
  progress.onEvent({ kind: 'step-done', step: confirm })
  progress.end()
  expect(text().split('\n')).toEqual([
    '::group::Build',
    'running the build script of the workspace',
    '  │ ::endgroup::',
    '  │ x # #[add-path]evil',
    '::endgroup::',
    '::group::Pack',
    '✓ packed @acme/db@2.0.0',
    '::endgroup::',
    '::group::Upload and confirm',
    '✓ confirmed @acme/db@2.0.0',
    '::endgroup::',
    '',
  ])
})

test('a registry that asks to wait is told about, a slow confirmation only after a while', () => {
  const { output: to, text } = output(false)
  const progress = publishProgress(to)
  const waiting = { kind: 'step-waiting', step: confirm, wait: 2_000, detail: 'not served yet \u001b[2J' } as const
  progress.onEvent({ ...waiting, attempt: 1 })
  expect(text()).toBe('')
  progress.onEvent({ ...waiting, attempt: 9 })
  expect(text()).toBe('… @acme/db@2.0.0: not served yet \\u{1b}[2J; again in 2 s\n')
})
