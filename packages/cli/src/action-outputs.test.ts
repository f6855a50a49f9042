import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { writeActionOutputs } from './action-outputs.ts'
import { memoryContext } from './context.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'topsail-outputs-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('outputs stand in the file that the runner names', () => {
  const file = join(folder, 'out')
  const { context, stderr } = memoryContext({ cwd: folder, env: { GITHUB_OUTPUT: file } })
  writeActionOutputs(context, { ok: 'true' })
  expect(readFileSync(file, 'utf8')).toMatch(/^ok<<(topsail-\w+)\ntrue\n\1\n$/)
  expect({ code: context.exitCode(), stderr: stderr() }).toEqual({ code: 0, stderr: '' })
})

test.each([
  [0, 1],
  [3, 3],
])('a file of the runner that cannot be written is told, and ends no run that ends with %d as a bug', (code, after) => {
  const { context, stderr } = memoryContext({ cwd: folder, env: { GITHUB_OUTPUT: join(folder, 'nowhere/out') } })
  context.exitWith(code)
  writeActionOutputs(context, { ok: 'true' })
  expect(stderr()).toContain('OUTPUT_UNWRITABLE')
  expect(context.exitCode()).toBe(after)
})
