import type { Problem } from '@topsail/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runs } from '../testing/runs.ts'
import { renderAnnotations } from './annotations.ts'
import { printable } from './text.ts'

const piece = fc.constantFrom('::', ',', ':', '%', '%0A', '\n', '\r', 'title=', ' ', 'a', '\u001b[2K', '\u2028', 'é')
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(piece).map((pieces) => pieces.join('')),
)

test('whatever a file or a package is called, a problem is one command with exactly its own properties', () => {
  fc.assert(
    fc.property(hostile, hostile, fc.integer({ min: 1, max: 9 }), (file, name, line) => {
      const problem: Problem = {
        code: 'CHANGESET_UNKNOWN_PACKAGE',
        severity: 'error',
        place: { file, line },
        name,
        closest: undefined,
      }
      const lines = renderAnnotations([problem], '').split(/[\n\r\u2028]/)
      expect(lines).toHaveLength(2)
      const read = asRunnerReads(lines[0] ?? '')
      expect(read.properties).toEqual({ file: printable(file), line: String(line), title: problem.code })
      expect(read.command).toBe('error')
    }),
    runs(200),
  )
})

/** As GitHub's runner takes a command apart. */
function asRunnerReads(text: string): { command: string; properties: Record<string, string>; message: string } {
  const end = text.indexOf('::', 2)
  const [command = '', ...rest] = text.slice(2, end).split(' ')
  const properties = rest
    .join(' ')
    .split(',')
    .map((pair): [string, string] => {
      const at = pair.indexOf('=')
      return [pair.slice(0, at), unescape(pair.slice(at + 1))]
    })
  return { command, properties: Object.fromEntries(properties), message: unescape(text.slice(end + 2)) }
}

function unescape(text: string): string {
  const escapes: readonly (readonly [string, string])[] = [
    ['%2C', ','],
    ['%3A', ':'],
    ['%0A', '\n'],
    ['%0D', '\r'],
    ['%25', '%'],
  ]
  return escapes.reduce((read, [from, to]) => read.replaceAll(from, to), text)
}
