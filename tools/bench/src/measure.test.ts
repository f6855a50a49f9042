import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { measure } from './measure.ts'

const node = (script: string) => ({ file: process.execPath, args: ['-e', script], cwd: tmpdir() })
const linux = process.platform === 'linux'

test.skipIf(!linux)('processor time counts what the command started, and tells its own apart', async () => {
  const burn = 'while (process.cpuUsage().user < 400_000);'
  const script = `require('child_process').execFileSync(process.execPath, ['-e', ${JSON.stringify(burn)}]); setTimeout(() => {}, 100)`
  const outcome = await measure(node(script), 20)
  expect(outcome).toMatchObject({ kind: 'done' })
  if (outcome.kind !== 'done') return
  expect(outcome.cost.cpu).toBeGreaterThanOrEqual(0.2)
  expect(outcome.cost.ownCpu ?? 9).toBeLessThan(outcome.cost.cpu ?? 0)
})

test.skipIf(!linux)('memory is that of the largest process', async () => {
  const outcome = await measure(node('globalThis.kept = Buffer.alloc(200e6, 1); setTimeout(() => {}, 200)'), 20)
  expect(outcome).toMatchObject({ kind: 'done' })
  if (outcome.kind === 'done') expect(outcome.cost.peak).toBeGreaterThan(190)
})

test('a command that fails or takes too long says so', async () => {
  expect(await measure(node('process.exit(3)'), 20)).toMatchObject({ kind: 'failed' })
  expect(await measure(node('setTimeout(() => {}, 60_000)'), 0.2)).toEqual({ kind: 'timeout', seconds: 0.2 })
  expect(await measure({ file: 'no-such-command-here', args: [], cwd: tmpdir() }, 20)).toMatchObject({ kind: 'failed' })
})
