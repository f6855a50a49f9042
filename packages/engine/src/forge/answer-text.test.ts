import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { githubApi } from './github-api.ts'
import { gitlabApi } from './gitlab-api.ts'

function* spacesWithoutEnd(): Generator<Buffer> {
  const part = Buffer.alloc(1 << 20, ' ')
  for (;;) yield part
}

test.each([
  ['GitHub', githubApi],
  ['GitLab', gitlabApi],
])('an answer of %s without end is not read to its end', async (_, open) => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    Readable.from(spacesWithoutEnd()).pipe(response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const retry = { first: 0, longest: 0, attempts: 1, patience: 0 }
  const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const api = open({ apiUrl, token: 'secret', patience: { retry, timeout: 60_000, forLimits: 0 } })
  const answer = await api.call({ method: 'GET', path: '/user' })
  expect(answer).toMatchObject({ ok: false, why: 'unavailable', detail: expect.stringContaining('more than 33554432') })
  server.closeAllConnections()
  server.close()
})
