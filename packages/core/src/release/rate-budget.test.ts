import { expect, test } from 'vitest'
import { rateBudget } from './rate-budget.ts'

const complaint = { now: 0, asked: 0, underWay: 15, random: 0 }

test('a registry that never complained is not held back', () => {
  const budget = rateBudget()
  budget.answered(5)
  expect([budget.wait(5), budget.atOnce()]).toEqual([0, Infinity])
})

test('what it asks for is kept to, by everything, and then half as much is sent at once', () => {
  const budget = rateBudget()
  expect(budget.limited({ ...complaint, asked: 30_000 })).toBe(30_000)
  expect(budget.wait(29_999)).toBe(1)
  expect(budget.wait(30_000)).toBe(0)
  expect(budget.atOnce()).toBe(8)
})

test('complaints of what was under way already neither add up nor shorten the wait', () => {
  const budget = rateBudget()
  budget.limited({ ...complaint, asked: 5_000 })
  expect(budget.limited({ ...complaint, now: 100, asked: 1_000 })).toBe(4_900)
  expect(budget.atOnce()).toBe(8)
})

test('where it does not say how long, waits double, up to a minute, and half of each is chance', () => {
  const budget = rateBudget()
  const waits: number[] = []
  for (let now = 0; waits.length < 9; now += waits.at(-1) ?? 0) waits.push(budget.limited({ ...complaint, now }))
  expect(waits.slice(0, 3)).toEqual([500, 1_000, 2_000])
  expect(waits.at(-1)).toBe(30_000)
  expect(rateBudget().limited({ ...complaint, random: 0.5 })).toBe(750)
  expect(budget.atOnce()).toBe(1)
})

test('every answer brings a little more, until nothing is held back', () => {
  const budget = rateBudget()
  budget.limited(complaint)
  budget.answered(100)
  expect(budget.atOnce()).toBe(8)
  for (let at = 0; at < 8; at += 1) budget.answered(1_000)
  expect(budget.atOnce()).toBe(8)
  budget.answered(1_000)
  expect(budget.atOnce()).toBe(9)
  for (let at = 0; at < 3_000; at += 1) budget.answered(1_000)
  expect(budget.atOnce()).toBe(Infinity)
  expect(budget.limited({ ...complaint, now: 2_000 })).toBe(500)
})
