import { afterAll, beforeAll, expect, test } from 'vitest'
import { startRegistry } from './registry.ts'
import type { TestRegistry } from './registry.ts'

let registry: TestRegistry
beforeAll(async () => {
  registry = await startRegistry()
})
afterAll(() => registry.close())

test('the registry starts empty and knows its own user', async () => {
  expect(await registry.packument('@acme/none')).toBeUndefined()
  const answer = await fetch(`${registry.url}-/whoami`, { headers: { authorization: `Bearer ${registry.token}` } })
  expect(await answer.json()).toEqual({ username: 'releaser' })
})

test('nobody publishes without a token', async () => {
  const answer = await fetch(`${registry.url}sneaky`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"name":"sneaky"}',
  })
  expect(answer.status).toBe(401)
})
