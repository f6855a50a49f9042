import { expect, test } from 'vitest'
import { memoryContext } from '../context.ts'
import { eventLines } from './event-lines.ts'

test('every event is one line with its number and time, the first names the schema, and credentials are out', () => {
  const { context, stdout } = memoryContext({ cwd: '/', now: new Date('2026-01-02T03:04:05Z') })
  const lines = eventLines(context.out, context.now)
  const undo = { kind: 'none' } as const
  const step = {
    kind: 'pack',
    id: 'pack:db@1.0.0',
    needs: [],
    after: [],
    undo,
    name: 'db',
    version: '1.0.0',
    dir: 'db',
  } as const
  lines.onEvent({ kind: 'planned', steps: [step], problems: [] })
  const detail = 'https://ada:pw@r.example/ said\nno'
  lines.onEvent({ kind: 'step-waiting', step, attempt: 1, wait: 300, detail })
  lines.result('publish', { exitCode: 0 })
  const at = '2026-01-02T03:04:05.000Z'
  const documents = stdout()
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  expect(documents).toEqual([
    { schema: 'topsail/events@1', n: 0, at, event: 'planned', problems: [], steps: [step] },
    {
      n: 1,
      at,
      event: 'step-waiting',
      step: { id: 'pack:db@1.0.0', kind: 'pack', name: 'db', target: 'npm', version: '1.0.0' },
      attempt: 1,
      wait: 300,
      detail: 'https://***@r.example/ said\nno',
    },
    { n: 2, at, event: 'result', command: 'publish', exitCode: 0 },
  ])
})
