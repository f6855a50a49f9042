import { expect, test } from 'vitest'
import type { RequestKind, ServedRequest } from './recorder.ts'
import { timelineOf } from './timeline.ts'

const request = (kind: RequestKind, began: number, ended: number | undefined, status = 200): ServedRequest => ({
  kind,
  name: 'a',
  began,
  ended,
  status: ended === undefined ? undefined : status,
})

test('phases follow one another, from the start of the process to its end', () => {
  const requests = [
    request('read', 100, 200, 404),
    request('upload', 1000, 1500),
    request('upload', 1400, 2000),
    request('read', 1500, 1600),
    request('read', 2000, 2300),
    request('serve', 2000, 2500),
    request('dist-tag', 2600, 3000),
  ]
  expect(timelineOf(requests, 0, 3500)).toMatchObject({
    prepare: 1,
    upload: 1,
    confirm: 0.5,
    promote: 0.5,
    rest: 0.5,
    uploadAndConfirm: 1.5,
    uploaded: 2,
    mostUploads: 2,
    requests: { read: 3, upload: 2, serve: 1, 'dist-tag': 1 },
  })
})

test('an upload that was refused or never answered is no published package', () => {
  const requests = [request('upload', 0, 100, 201), request('upload', 0, 100, 403), request('upload', 0, undefined)]
  expect(timelineOf(requests, 0, 100)?.uploaded).toBe(1)
})

test('where nothing was uploaded there is nothing to tell', () => {
  expect(timelineOf([request('read', 0, 1)], 0, 2)).toBeUndefined()
})
