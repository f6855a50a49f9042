import { expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import { lookingAhead } from './look-ahead.ts'
import type { Tarball } from './pack/tarball.ts'
import type { Registry, UploadRequest } from './registry.ts'
import { memoryRegistry } from '../testing/memory-registry.ts'
import { simulatedClock } from '../testing/simulated-clock.ts'

type Far = { readonly registry: Registry; readonly clock: Clock; readonly looks: number[]; readonly answers: number[] }

/**
 * A registry 200 ms away that takes 50 ms to store a version, and `each` more for every other that comes with it, and
 * shows it `lag` after that.
 */
function farRegistry(lag: number, each = 0): Far {
  let underWay = 0
  const clock = simulatedClock()
  const { port } = memoryRegistry({ url: 'https://far.example/', now: () => clock.now(), lag: () => lag })
  const looks: number[] = []
  const answers: number[] = []
  const registry: Registry = {
    ...port,
    async upload(request) {
      if (request.tarball.name === 'refused') {
        await clock.sleep(20)
        return { kind: 'unknown', detail: 'enough', retryAfter: 1_000 }
      }
      underWay += 1
      await clock.sleep(200)
      await clock.sleep(50 + each * underWay)
      underWay -= 1
      const outcome = await port.upload(request)
      await clock.sleep(10)
      answers.push(clock.now())
      return outcome
    },
    async confirm(name, version) {
      looks.push(clock.now())
      await clock.sleep(200)
      return port.confirm(name, version)
    },
  }
  return { registry: lookingAhead(registry, clock), clock, looks, answers }
}

/** Milliseconds from the beginning of the upload until the version is confirmed. */
async function release({ registry, clock }: Far, name: string): Promise<number> {
  const began = clock.now()
  expect((await registry.upload(requestOf(name))).kind).toBe('stored')
  while ((await registry.confirm(name, '1.0.0')).kind !== 'present') await clock.sleep(100)
  return clock.now() - began
}

function requestOf(name: string): UploadRequest {
  const metadata = { name, version: '1.0.0' }
  const tarball: Tarball = { ...metadata, integrity: '', bytes: 1, file: '', files: [], metadata }
  return { tarball, bytes: Buffer.from(name), distTag: 'latest', access: undefined }
}

test('where versions are shown at once they are looked for while the upload is under way', async () => {
  const far = farRegistry(0)
  expect(await release(far, 'first')).toBe(460)
  for (let at = 0; at < 30; at += 1) await release(far, `p${at}`)
  expect(await release(far, 'last')).toBeLessThan(300)
  expect(far.looks.at(-1)).toBeLessThan(far.answers.at(-1) ?? 0)
})

test('where versions are shown late looking ahead ends, and everything is confirmed', async () => {
  const far = farRegistry(5_000)
  for (let at = 0; at < 9; at += 1) expect(await release(far, `p${at}`)).toBeGreaterThan(5_000)
  const ahead = far.answers.map((answered) => far.looks.some((look) => look < answered && look > answered - 260))
  expect(ahead).toEqual([false, true, true, true, true, true, false, false, false])
})

test('a crowd of uploads is looked for when all of it has been stored', async () => {
  const far = farRegistry(0, 10)
  for (const crowd of [1, 2, 4, 8]) {
    await Promise.all(Array.from({ length: crowd }, (_, at) => release(far, `${crowd}-${at}`)))
  }
  const before = far.looks.length
  const took = await Promise.all(Array.from({ length: 12 }, (_, at) => release(far, `last-${at}`)))
  expect(far.looks.length - before).toBe(12)
  expect(Math.max(...took)).toBeLessThan(250 + 12 * 10 + 100)
})

test('an upload that is turned away before it was looked for is not looked for', async () => {
  const far = farRegistry(0)
  await release(far, 'first')
  const looks = far.looks.length
  const outcome = await far.registry.upload(requestOf('refused'))
  expect(outcome.kind).toBe('unknown')
  await far.clock.sleep(1_000)
  expect(far.looks.length).toBe(looks)
})
