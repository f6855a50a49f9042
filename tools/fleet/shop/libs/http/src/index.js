import { createServer } from 'node:http'
import { setting } from '@chandlery/config'
import { logger } from '@chandlery/log'

/** Answers each path with what its function returns. With `--once` the service asks itself, prints that and ends. */
export async function serve(name, routes) {
  const log = logger(name)
  const server = createServer((request, response) => answer(routes, request, response))
  await new Promise((resolve) => server.listen(Number(setting('PORT', '0')), '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${server.address().port}/`
  log(`listening on ${address}`)
  if (!process.argv.includes('--once')) return
  const reply = await fetch(address)
  console.log(await reply.text())
  server.close()
  server.closeAllConnections()
}

function answer(routes, request, response) {
  const { pathname } = new URL(request.url, 'http://localhost')
  const route = Object.hasOwn(routes, pathname) ? routes[pathname] : undefined
  response.writeHead(route === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(route === undefined ? { error: 'not found' } : route()))
}
