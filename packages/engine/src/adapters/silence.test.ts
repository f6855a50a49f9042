import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { watchingSilence, type Silence } from './silence.ts'

test('who says nothing is told as one silence, and nothing is told of who answered', async () => {
  const told: Silence[] = []
  const { promise: silent, resolve: answer } = Promise.withResolvers<string>()
  const watch = watchingSilence((silence) => told.push(silence), { before: 1, between: 3_600_000 })
  const asked = [watch('http://silent/', silent), watch('http://silent/', silent)]
  expect(await watch('http://quick/', Promise.resolve('answer'))).toBe('answer')
  while (told.length === 0) await sleep(1)
  answer('late')
  expect(await Promise.all(asked)).toEqual(['late', 'late'])
  expect(told).toEqual([{ kind: 'answer-awaited', from: 'http://silent/', seconds: 0 }])
})
