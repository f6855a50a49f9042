import type { Step } from '@topsail/core'
import type { PublishEvent } from '@topsail/engine'
import { createColors } from 'picocolors'
import { expect, test } from 'vitest'
import type { Output } from '../context.ts'
import { screenOf } from '../testing/screen.ts'
import { liveView } from './live-view.ts'

const common = { after: [], undo: { kind: 'none' } } as const

/** `web` needs `db`; as many others as wanted. */
function steps(others = 0): readonly Step[] {
  const names = ['db', 'web', ...Array.from({ length: others }, (_, index) => `other${index}`)]
  return names.flatMap((name): readonly Step[] => {
    const unit = { name, version: '1.0.0' }
    const id = (kind: string): string => `${kind}:${name}@1.0.0`
    const needs = name === 'web' ? ['check', 'confirm:db@1.0.0'] : ['check']
    const target = { registry: 'https://r.example/', distTag: 'latest', access: undefined, was: null, first: false }
    return [
      { ...common, ...unit, kind: 'pack', id: id('pack'), needs: [], dir: name },
      { ...common, ...unit, ...target, kind: 'upload', id: id('upload'), needs },
      { ...common, ...unit, kind: 'confirm', id: id('confirm'), needs: [id('upload')], registry: target.registry },
    ]
  })
}

function terminal(columns = 90, rows = 24) {
  let text = ''
  let now = 0
  const size = { columns, rows }
  const output: Output = {
    write: (more) => {
      text += more
    },
    isTTY: true,
    columns: () => size.columns,
    rows: () => size.rows,
    colours: createColors(true),
    drained: () => Promise.resolve(),
  }
  const view = liveView(output, () => now)
  return {
    view,
    size,
    wait: (milliseconds: number) => {
      now += milliseconds
    },
    /** The table is drawn anew with each line above it. */
    screen: () => {
      view.above('--')
      return screenOf(text, columns)
        .slice(screenOf(text, columns).lastIndexOf('--') + 1)
        .filter((line) => line !== '')
    },
    text: () => text,
  }
}

const find = (all: readonly Step[], id: string): Step => {
  const step = all.find((each) => each.id === id)
  if (step === undefined) throw new Error(id)
  return step
}

function play(view: { onEvent(event: PublishEvent): void }, all: readonly Step[], script: readonly string[]): void {
  view.onEvent({ kind: 'planned', steps: all, problems: [] })
  for (const line of script) {
    const [kind = '', id = ''] = line.split(' ')
    const step = find(all, id)
    if (kind === 'waiting') view.onEvent({ kind: 'step-waiting', step, attempt: 1, wait: 100, detail: 'not listed' })
    else if (kind === 'held') view.onEvent({ kind: 'step-held', step, by: 'upload:db@1.0.0' })
    else if (kind === 'failed') {
      const problem = { code: 'PACK_FAILED', severity: 'error', name: 'db', detail: '' } as const
      view.onEvent({ kind: 'step-failed', step, problem })
    } else view.onEvent({ kind: kind === 'start' ? 'step-started' : 'step-done', step })
  }
}

test('every package shows what it is doing and what it waits for', () => {
  const { view, screen, wait } = terminal()
  const all = steps()
  const packed = ['start pack:db@1.0.0', 'done pack:db@1.0.0', 'start pack:web@1.0.0', 'done pack:web@1.0.0']
  play(view, all, [...packed, 'start upload:db@1.0.0'])
  wait(3_000)
  expect(screen()).toEqual([
    expect.stringMatching(/Publishing 2 packages {2}━{8}─{16} {2}33 %$/),
    expect.stringMatching(/db@1\.0\.0 {3}uploading 3 s$/),
    expect.stringMatching(/web@1\.0\.0 {2}packed, waits for db@1\.0\.0$/),
  ])
  view.end()
})

test('what failed and what that holds are told apart, and time left only when it can be guessed', () => {
  const { view, screen, wait } = terminal()
  const all = steps(3)
  const packs = all.filter((step) => step.kind === 'pack').flatMap(({ id }) => [`start ${id}`, `done ${id}`])
  play(view, all, [...packs, 'start upload:db@1.0.0'])
  wait(5_000)
  for (const event of ['failed upload:db@1.0.0', 'held upload:web@1.0.0', 'held confirm:web@1.0.0']) {
    const [kind = '', id = ''] = event.split(' ')
    const step = find(all, id)
    const problem = { code: 'PACK_FAILED', severity: 'error', name: 'db', detail: '' } as const
    view.onEvent(
      kind === 'failed' ? { kind: 'step-failed', step, problem } : { kind: 'step-held', step, by: 'upload:db@1.0.0' },
    )
  }
  const shown = screen()
  expect(shown[0]).toMatch(/about 5 s left$/)
  expect(shown[1]).toContain('failed: PACK_FAILED')
  expect(shown[2]).toContain('held because of db@1.0.0')
  view.end()
})

test('more packages than lines are summed up, and those that do something are shown', () => {
  const { view, screen } = terminal(80, 12)
  const all = steps(40)
  play(view, all, ['start pack:other39@1.0.0'])
  const shown = screen()
  expect(shown).toHaveLength(8)
  expect(shown.some((line) => line.includes('other39@1.0.0  packing'))).toBe(true)
  expect(shown.at(-1)).toContain('36 more packages: 36 queued')
  view.end()
})

test('a window made narrower is drawn over all the same, and at the end the table is gone', () => {
  const { view, size, text } = terminal(90)
  const all = steps(3)
  play(view, all, ['start pack:db@1.0.0'])
  size.columns = 30
  view.above('a line that stays')
  view.end()
  // The terminal has broken the first line at 30 columns; the way up is counted in lines of that width.
  expect(screenOf(text(), 30).filter((line) => line !== '')).toEqual(['a line that stays'])
})

test('text from outside moves nothing', () => {
  const { view, screen } = terminal()
  const all = steps()
  view.onEvent({ kind: 'planned', steps: all, problems: [] })
  const step = find(all, 'upload:db@1.0.0')
  view.onEvent({ kind: 'step-started', step })
  view.onEvent({ kind: 'step-waiting', step, attempt: 1, wait: 100, detail: 'gone\u001b[2J' })
  expect(screen()[1]).toContain('gone\\u{1b}[2J')
  view.end()
})
