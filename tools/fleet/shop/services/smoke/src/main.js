import { readFileSync } from 'node:fs'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

for (const name of Object.keys(manifest.devDependencies)) {
  const { routes } = await import(name)
  console.log(`${name}: ${JSON.stringify(routes['/']())}`)
}
