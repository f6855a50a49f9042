import { expect, test } from 'vitest'
import { releaseIdAt } from './release-id.ts'

const now = new Date('2026-01-02T03:04:05.678Z')
const begins = (...known: readonly string[]): string => releaseIdAt(now, known).slice(0, -5)

test('a release is called by the moment that it began', () => {
  expect(releaseIdAt(now, [])).toMatch(/^20260102-030405678-[0-9a-f]{4}$/)
  expect(begins('refs/topsail/releases/20260102-030405677-ffff', 'refs/topsail/lease')).toBe('20260102-030405678')
})

test('its name comes after all that are known, also where a clock was ahead', () => {
  const ahead = ['refs/topsail/open/20271231-235959999-ffff', 'refs/topsail/releases/20270101-000000000-0000']
  expect(begins(...ahead)).toBe('20280101-000000000')
  expect(begins('refs/topsail/releases/20260102-030405678-ffff')).toBe('20260102-030405679')
})

test('what is no name of ours, or has nothing after it, changes nothing', () => {
  const odd = ['refs/topsail/releases/r7', 'refs/topsail/releases/20279999-000000000-0000', 'refs/heads/20280101']
  expect(begins(...odd, 'refs/topsail/releases/99991231-235959999-ffff')).toBe('20260102-030405678')
})
