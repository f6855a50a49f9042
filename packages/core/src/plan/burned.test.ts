import { expect, test } from 'vitest'
import { burnedBy, burnedText, parseBurned, withBurned } from './burned.ts'
import type { Progress } from '../release/journal.ts'

test('versions are gathered by package, each once, and read back from their text', () => {
  const burned = withBurned({ db: ['1.0.0'] }, [
    { name: 'db', version: '1.1.0' },
    { name: 'db', version: '1.0.0' },
    { name: '__proto__', version: '2.0.0' },
  ])
  expect(Object.entries(burned)).toEqual([
    ['__proto__', ['2.0.0']],
    ['db', ['1.0.0', '1.1.0']],
  ])
  expect(Object.entries(parseBurned(burnedText(burned)))).toEqual(Object.entries(burned))
})

test.each(['', '[]', 'null', '{', '{"format":"other","versions":{"a":["1.0.0"]}}', '{"format":"topsail/burned@1"}'])(
  'a text that is none of ours burns nothing: %s',
  (text) => expect(Object.entries(parseBurned(text))).toEqual([]),
)

test('a release that went back burns what it left behind, and nothing that is not there', () => {
  const states = { db: 'left', log: 'undone', api: 'undo-failed', '@acme/shop:oci': 'left' }
  const uploads = Object.keys(states).map((name) => ({
    kind: 'upload',
    id: `upload:${name}@1.0.0`,
    name,
    version: '1.0.0',
  }))
  const steps = new Map(
    Object.entries(states).map(([name, state]) => [`upload:${name}@1.0.0`, { state, evidence: {} }]),
  )
  const promote = { kind: 'promote', id: 'promote:db@1.0.0', name: 'db', version: '9.9.9' }
  const unsent = { kind: 'upload', id: 'upload:web@1.0.0', name: 'web', version: '1.0.0' }
  const progress = { opened: { steps: [...uploads, promote, unsent] }, steps } as unknown as Progress
  expect(burnedBy(progress)).toEqual([
    { name: 'db', version: '1.0.0' },
    { name: '@acme/shop', version: '1.0.0' },
  ])
})
