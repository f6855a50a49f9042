/**
 * Malformed and hostile input, a row each: the engine names what is wrong or plans what is right. It never throws, takes
 * five seconds, or writes a byte, inside the workspace or around it.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { planWorkspace } from '@topsail/engine'
import { tables } from './bad-input/tables.ts'
import { buildWorld, listTree, soundPlan } from './bad-input/world.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'topsail-bad-input-')))
afterAll(() => rmSync(root, { recursive: true, force: true }))

for (const [where, table] of Object.entries(tables)) {
  test.each(table.map((input) => [input.name, input] as const))(`${where}: %s`, { timeout: 5000 }, async (_, input) => {
    const outer = mkdtempSync(join(root, 'w-'))
    const dir = buildWorld(outer, input)
    const index = join(dir, '.git', 'topsail')
    const before = listTree(outer, index)
    const { plan } = await planWorkspace({ cwd: dir, now: '2026-01-01T00:00:00.000Z', ...input.options })
    expect([...new Set(plan.problems.map(({ code }) => code))].toSorted()).toEqual([...input.codes].toSorted())
    expect(Object.fromEntries(plan.releases.map(({ name, to }) => [name, to]))).toEqual(input.plan ?? soundPlan)
    expect(listTree(outer, index)).toEqual(before)
    rmSync(outer, { recursive: true, force: true })
  })
}

test('the tables hold at least 150 inputs, each with a name of its own', () => {
  const all = Object.values(tables).flat()
  expect(all.length).toBeGreaterThanOrEqual(150)
  for (const table of Object.values(tables)) expect(new Set(table.map(({ name }) => name)).size).toBe(table.length)
})
