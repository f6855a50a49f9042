import { expect, test } from 'vitest'
import { openWorld } from './world.ts'

test('the outermost server tells what was asked of it, once', async () => {
  const world = await openWorld(30)
  try {
    await fetch(`${world.url}@acme%2fdb`)
    await fetch(`${world.url}@acme/db/-/db-1.0.0.tgz`, { method: 'HEAD' })
    const seen = await world.requests()
    expect(seen.map(({ kind, name, status }) => [kind, name, status])).toEqual([
      ['read', '@acme/db', 404],
      ['serve', '@acme/db', 404],
    ])
    expect(seen.every(({ began, ended = 0 }) => ended - began >= 25)).toBe(true)
    expect(await world.requests()).toEqual([])
  } finally {
    await world.close()
  }
})
