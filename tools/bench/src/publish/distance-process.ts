/**
 * `distance-process.ts URL MILLISECONDS`: a process that stands in front of a registry as if it were far away. Every
 * request is held for that long and then handed on as it came, bodies unread.
 */
import { Agent, createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { recordRequests } from './recorder.ts'

const target = new URL(process.argv[2] ?? '')
const distance = Number(process.argv[3])
const agent = new Agent({ keepAlive: true, maxSockets: Infinity })

const server = createServer((asked, answer) => {
  const { method, url: path, headers } = asked
  setTimeout(() => {
    const onward = forward({ agent, host: target.hostname, port: target.port, method, path, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(answer)
    })
    onward.on('error', () => answer.destroy())
    asked.pipe(onward)
  }, distance)
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const taken = recordRequests(url)
  process.on('message', () => process.send?.(taken()))
  process.send?.({ url })
})
process.on('disconnect', () => process.exit())
