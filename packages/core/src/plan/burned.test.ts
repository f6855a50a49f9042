import { expect, test } from 'vitest'
import { burnedText, parseBurned, withBurned } from './burned.ts'

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
