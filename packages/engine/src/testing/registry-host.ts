/**
 * A process that holds the registries of tests in other processes: `POST /` opens one and tells about it, `DELETE /PORT`
 * closes it. It says where it listens, and ends with its parent.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { openVerdaccio, type OpenRegistry } from './verdaccio.ts'

const registries = new Map<string, OpenRegistry>()

const server = createServer((request, answer) => {
  answerTo(request.method, request.url?.slice(1) ?? '').then(
    (body) => answer.end(JSON.stringify(body)),
    (error: unknown) => answer.writeHead(500).end(String(error)),
  )
})

async function answerTo(method: string | undefined, port: string): Promise<object> {
  if (method !== 'POST') {
    await registries.get(port)?.close()
    registries.delete(port)
    return {}
  }
  const registry = await openVerdaccio()
  registries.set(new URL(registry.url).port, registry)
  const { url, token, userconfig } = registry
  return { url, token, userconfig }
}

server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
})
process.on('disconnect', () => {
  void Promise.allSettled([...registries.values()].map((registry) => registry.close())).finally(() => process.exit())
})
