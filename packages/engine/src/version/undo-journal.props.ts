import fc from 'fast-check'
import { expect, test } from 'vitest'
import { spliceOf } from './undo-journal.ts'

const text = fc.string({ unit: fc.constantFrom('a', 'b', '\n', 'ä', '漢', '👩‍🚀'), maxLength: 40 })

test('a splice makes the one text of the other, and is no longer than it must be', () => {
  fc.assert(
    fc.property(text, text, text, text, (head, tail, one, other) => {
      const [before, after] = [head + one + tail, head + other + tail]
      const [from, to, middle] = spliceOf(before, after)
      expect(before.slice(0, from) + middle + before.slice(to)).toBe(after)
      expect(middle.length).toBeLessThanOrEqual(other.length)
    }),
  )
})
