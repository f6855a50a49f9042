import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowsFrom } from './history-commits.ts'
import { decodeTable, encodeTable } from './history-index.ts'
import { unreleasedRows } from './history-region.ts'
import { appendCommit, emptyTable, parentsOf, rowOf, shaOf, type HistoryTable, type Row } from './history-table.ts'

const numRuns = Number(process.env['TOPSAIL_RUNS'] ?? 200)

/** For each commit how far back its parents lie. */
const history = fc.array(fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 3 }), {
  minLength: 1,
  maxLength: 60,
})

function tableOf(steps: readonly (readonly number[])[]): HistoryTable {
  const table = emptyTable(20)
  steps.forEach((back, row) => {
    const sha = ((row * 2_654_435_761) >>> 0).toString(16).padStart(8, '0').padEnd(40, '0')
    appendCommit(
      table,
      sha,
      back.filter((step) => step <= row).map((step) => row - step),
    )
  })
  return table
}

function containedIn(table: HistoryTable, row: Row): Set<Row> {
  const contained = new Set([row])
  for (const at of contained) for (const parent of parentsOf(table, at)) contained.add(parent)
  return contained
}

test('a head gives what it contains, children before parents', () => {
  fc.assert(
    fc.property(history, (steps) => {
      const table = tableOf(steps)
      const head = table.count - 1
      const order = [...rowsFrom(table, head)]
      expect(new Set(order)).toEqual(containedIn(table, head))
      expect(new Set(order).size).toBe(order.length)
      for (const [at, row] of order.entries())
        for (const parent of parentsOf(table, row)) expect(order.indexOf(parent)).toBeGreaterThan(at)
    }),
    { numRuns },
  )
})

test('what some release does not contain is always kept, and along one line nothing else is', () => {
  fc.assert(
    fc.property(
      history,
      fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      (steps, picks, isOneLine) => {
        const table = tableOf(isOneLine ? steps.map(() => [1]) : steps)
        const order = rowsFrom(table, table.count - 1)
        const releases = new Set(picks.map((pick) => order[pick % order.length] ?? 0))
        const region = unreleasedRows(table, order, releases)
        const released = [...releases].map((row) => containedIn(table, row))
        const wanted = [...order].filter((row) => released.some((contained) => !contained.has(row)))
        expect([...region].filter((row) => wanted.includes(row))).toEqual(wanted)
        if (isOneLine) expect([...region]).toEqual(wanted)
      },
    ),
    { numRuns },
  )
})

test('every commit is found by its hash, and no other', () => {
  const table = tableOf(Array.from({ length: 3000 }, () => [1]))
  for (let row = 0; row < table.count; row += 1) expect(rowOf(table, shaOf(table, row))).toBe(row)
  expect(rowOf(table, 'f'.repeat(40))).toBeUndefined()
  expect(rowOf(table, 'f'.repeat(64))).toBeUndefined()
})

test('a table that was kept is the table that was written', () => {
  fc.assert(
    fc.property(history, fc.array(fc.string({ unit: 'grapheme' })), (steps, dirs) => {
      const table = tableOf(steps)
      table.dirs.push(...dirs)
      table.addedChangesets.set(0, dirs)
      for (const dir of dirs) table.versionWrites.set(`${dir}\n1.0.0`, shaOf(table, 0))
      const read = decodeTable(encodeTable(table))
      expect(read).toMatchObject({
        count: table.count,
        dirs,
        addedChangesets: table.addedChangesets,
        versionWrites: table.versionWrites,
      })
      for (let row = 0; row < table.count; row += 1) {
        expect(read && shaOf(read, row)).toBe(shaOf(table, row))
        expect(read && [...parentsOf(read, row)]).toEqual([...parentsOf(table, row)])
      }
    }),
    { numRuns },
  )
})

test('a table that was damaged anywhere is no table', () => {
  const sound = encodeTable(tableOf(Array.from({ length: 40 }, () => [1, 3])))
  fc.assert(
    fc.property(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, isCut) => {
      const damaged = isCut ? sound.subarray(0, at) : Buffer.from(sound)
      if (!isCut) damaged[at] = (damaged[at] ?? 0) ^ flip
      let table: HistoryTable | undefined
      try {
        table = decodeTable(damaged)
      } catch {
        table = undefined
      }
      expect(table).toBeUndefined()
    }),
    { numRuns: numRuns * 5 },
  )
})
