import { expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import { lookingAhead } from './look-ahead.ts'
import type { Tarball } from './pack/tarball.ts'
import type { Registry } from './registry.ts'
import { memoryRegistry } from '../testing/memory-registry.ts'
import { simulatedClock } from '../testing/simulated-clock.ts'

type Far = { readonly registry: Registry; readonly clock: Clock; readonly looks: number[]; readonly answers: number[] }

/** A registry 200 ms away that takes 50 ms to store a version, and shows it so long after that. */
function farRegistry(lag: number): Far {
  const clock = simulatedClock()
  const { port } = memoryRegistry({ url: 'https://far.example/', now: () => clock.now(), lag: () => lag })
  const looks: number[] = []
  const answers: number[] = []
  const registry: Registry = {
    ...port,
    async upload(request) {
      await clock.sleep(250)
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
  const metadata = { name, version: '1.0.0' }
  const tarball: Tarball = { ...metadata, integrity: '', bytes: 1, file: '', files: [], metadata }
  const request = { tarball, bytes: Buffer.from(name), distTag: 'latest', access: undefined }
  expect((await registry.upload(request)).kind).toBe('stored')
  while ((await registry.confirm(name, '1.0.0')).kind !== 'present') await clock.sleep(100)
  return clock.now() - began
}

test('where versions are shown at once they are looked for while the upload is under way', async () => {
  const far = farRegistry(0)
  expect(await release(far, 'first')).toBe(460)
  for (let at = 0; at < 30; at += 1) await release(far, `p${at}`)
  expect(await release(far, 'last')).toBeLessThan(300)
  expect(far.looks.at(-1)).toBeLessThan(far.answers.at(-1) ?? 0)
})

test('where versions are shown late nobody looks ahead, and everything is confirmed', async () => {
  const far = farRegistry(5_000)
  for (let at = 0; at < 5; at += 1) expect(await release(far, `p${at}`)).toBeGreaterThan(5_000)
  for (const [at, answered] of far.answers.entries()) {
    const before = far.answers[at - 1] ?? 0
    expect(far.looks.filter((look) => look > before && look < answered && look > answered - 260)).toEqual([])
  }
})
