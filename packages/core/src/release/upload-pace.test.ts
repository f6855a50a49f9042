import { expect, test } from 'vitest'
import { uploadPace, type UploadPace } from './upload-pace.ts'

function afterMany(upload: number, look: number, underWay = 1): UploadPace {
  const pace = uploadPace()
  for (let at = 0; at < 60; at += 1) {
    pace.uploaded(upload, underWay)
    pace.looked(look)
  }
  return pace
}

test('nobody looks ahead before a look has been seen; of uploads nothing need be known', () => {
  const pace = uploadPace()
  expect(pace.delay(1)).toBeUndefined()
  pace.uploaded(500, 1)
  expect(pace.delay(1)).toBeUndefined()
  pace.looked(200)
  expect(pace.delay(1)).toBeGreaterThanOrEqual(300)
  const fresh = uploadPace()
  fresh.looked(200)
  expect(fresh.delay(1)).toBe(50)
})

test('a look is sent so that it arrives when the upload has been stored', () => {
  expect(afterMany(260, 200).delay(1)).toBeCloseTo(60, 0)
  expect(afterMany(180, 200).delay(1)).toBe(0)
})

test('a registry next door is not looked at ahead', () => {
  expect(afterMany(260, 5).delay(1)).toBeUndefined()
})

test('uploads that take uneven times are given more of it', () => {
  const pace = afterMany(260, 200)
  for (const milliseconds of [400, 200, 400, 200]) pace.uploaded(milliseconds, 1)
  expect(pace.delay(1)).toBeGreaterThan(80)
})

test('what uploads take longer in company is expected of the next crowd, and of nobody alone', () => {
  const pace = uploadPace()
  pace.looked(200)
  for (const crowd of [1, 2, 4, 8, 4, 2, 1]) {
    for (let at = 0; at < crowd; at += 1) pace.uploaded(205 + 5 * crowd, crowd)
  }
  expect(pace.delay(16)).toBeGreaterThan(75)
  expect(pace.delay(16)).toBeLessThan(110)
  expect(pace.delay(1)).toBeLessThan(25)
  // Where company makes no difference, nobody expects one.
  expect(afterMany(260, 200, 8).delay(16)).toBeCloseTo(60, 0)
})

test('where versions are not shown at once, looking ahead ends', () => {
  const pace = afterMany(260, 200)
  for (let at = 0; at < 4; at += 1) pace.lookAhead()(false)
  expect(pace.delay(1)).toBeDefined()
  pace.lookAhead()(true)
  pace.lookAhead()(false)
  pace.lookAhead()(false)
  expect(pace.delay(1)).toBeUndefined()
})

test('looks that were under way together are in vain once', () => {
  const pace = afterMany(260, 200)
  const together = Array.from({ length: 30 }, () => pace.lookAhead())
  for (const tell of together) tell(false)
  expect(pace.delay(1)).toBeCloseTo(85, 0)
})
