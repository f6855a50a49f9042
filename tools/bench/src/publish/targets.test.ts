import { expect, test } from 'vitest'
import type { ContenderName } from './contenders.ts'
import type { Run, Scene } from './results.ts'
import { judge } from './targets.ts'

const requests = { read: 0, upload: 0, serve: 0, 'dist-tag': 0, other: 0 }
const run = (name: ContenderName, wall: number, upload: number): Run => ({
  name,
  outcome: { kind: 'done', cost: { wall, cpu: wall, ownCpu: wall, ownPeak: 1, peak: 1 } },
  timeline: {
    prepare: 0,
    upload,
    confirm: 0,
    promote: 0,
    rest: 0,
    uploadAndConfirm: upload,
    uploaded: 1,
    mostUploads: 1,
    requests,
    oneUpload: 0.2,
    oneConfirm: 0.2,
  },
})
const scene = (packages: number, distance: number, runs: readonly Run[]): Scene => ({
  packages,
  distance,
  published: false,
  chain: 10,
  runs,
  leftOut: [],
})
const verdicts = (given: Scene): readonly string[] => judge([given]).map(({ verdict }) => verdict)

test('on the loopback the release is held against pnpm, and uploading against the floor', () => {
  const peers = [run('pnpm -r publish', 5, 5), run('floor', 2, 2)]
  expect(verdicts(scene(50, 0, [run('topsail publish', 5, 2.6), ...peers]))).toEqual(['met', 'met'])
  expect(verdicts(scene(50, 0, [run('topsail publish', 5.1, 2.7), ...peers]))).toEqual(['not met', 'not met'])
  expect(verdicts(scene(50, 0, [run('topsail publish', 5, 2.6)]))).toEqual(['unknown', 'unknown'])
})

test('far away it is held against pnpm where there is much to publish, and against its critical path', () => {
  const pnpm = run('pnpm -r publish', 60, 60)
  expect(verdicts(scene(300, 200, [run('topsail publish', 10, 5.2), pnpm]))).toEqual(['met', 'met'])
  expect(verdicts(scene(300, 200, [run('topsail publish', 10.1, 5.3), pnpm]))).toEqual(['not met', 'not met'])
  expect(verdicts(scene(50, 200, [run('topsail publish', 10, 4), pnpm]))).toEqual(['met'])
})

test('who did not publish everything gives no figure', () => {
  const failed: Run = { ...run('topsail publish', 1, 1), outcome: { kind: 'failed', detail: '' } }
  expect(verdicts(scene(300, 200, [failed, run('pnpm -r publish', 60, 60)]))).toEqual(['unknown', 'unknown'])
})
