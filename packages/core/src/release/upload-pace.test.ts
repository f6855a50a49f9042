import { expect, test } from 'vitest'
import { uploadPace, type UploadPace } from './upload-pace.ts'

function afterMany(upload: number, look: number): UploadPace {
  const pace = uploadPace()
  for (let at = 0; at < 60; at += 1) {
    pace.uploaded(upload)
    pace.looked(look)
  }
  return pace
}

test('nobody looks ahead before an upload and a look have been seen', () => {
  const pace = uploadPace()
  expect(pace.delay()).toBeUndefined()
  pace.uploaded(500)
  expect(pace.delay()).toBeUndefined()
  pace.looked(200)
  expect(pace.delay()).toBe(550)
})

test('a look is sent so that it arrives when the upload has been stored', () => {
  expect(afterMany(260, 200).delay()).toBeCloseTo(60, 0)
  expect(afterMany(180, 200).delay()).toBe(0)
})

test('a registry next door is not looked at ahead', () => {
  expect(afterMany(260, 5).delay()).toBeUndefined()
})

test('uploads that take uneven times are given more of it', () => {
  const pace = afterMany(260, 200)
  for (const milliseconds of [400, 200, 400, 200]) pace.uploaded(milliseconds)
  expect(pace.delay()).toBeGreaterThan(100)
})

test('where versions are not shown at once, looking ahead ends', () => {
  const pace = afterMany(260, 200)
  for (let at = 0; at < 7; at += 1) pace.lookedAhead(false)
  expect(pace.delay()).toBeDefined()
  pace.lookedAhead(true)
  pace.lookedAhead(false)
  pace.lookedAhead(false)
  expect(pace.delay()).toBeUndefined()
})

test('a look that came too early is forgiven when the next one finds the version', () => {
  const pace = afterMany(260, 200)
  for (let at = 0; at < 20; at += 1) {
    pace.lookedAhead(false)
    pace.looked(200)
  }
  expect(pace.delay()).toBeGreaterThan(afterMany(260, 200).delay() ?? Infinity)
})
