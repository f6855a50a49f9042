/**
 * `floor-process.ts FOLDER USERCONFIG COUNT [VERSION] [in-order]`: the tarballs of a folder put into a registry by bare
 * `libnpmpublish`, so many at a time, in no order, nothing asked before or after. Nobody who uploads them one request each
 * is faster. With VERSION all of them are called that, to fill a registry with what was there before. With `in-order` each
 * waits until the registry lists and serves what it depends on, the longest way first: nobody who keeps to that is faster.
 */
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { publish } from 'libnpmpublish'
import type { Tarball } from './tarballs.ts'

const [folder = '', userconfig = '', count = '', version = '', order] = process.argv.slice(2)
const options = { ...readOptions(userconfig), maxSockets: Number(count), retry: { retries: 0 } }
const agent = new Agent({ keepAlive: true })
const tarballs = (JSON.parse(readFileSync(join(folder, 'tarballs.json'), 'utf8')) as readonly Tarball[]).map(
  (tarball) => ({ ...tarball, bytes: readFileSync(join(folder, tarball.file)) }),
)
type Loaded = (typeof tarballs)[number]
await (order === 'in-order' ? putInOrder() : Promise.all(Array.from({ length: Number(count) }, worker)))

async function worker(): Promise<void> {
  for (let next = tarballs.pop(); next !== undefined; next = tarballs.pop()) await put(next)
}

async function put({ manifest, bytes }: Loaded): Promise<void> {
  const named = version === '' ? manifest : { ...manifest, version }
  await publish(named, bytes, { ...options, defaultTag: 'latest', access: 'restricted' })
}

async function putInOrder(): Promise<void> {
  const names = new Set(tarballs.map(nameOf))
  const needed = new Map(
    tarballs.map((tarball) => [nameOf(tarball), needsOf(tarball).filter((name) => names.has(name))]),
  )
  const height = heights(needed)
  const left = tarballs.toSorted((a, b) => (height.get(nameOf(b)) ?? 0) - (height.get(nameOf(a)) ?? 0))
  const served = new Set<string>()
  let underWay = 0
  await new Promise<void>((resolve, reject) => {
    const go = async (tarball: Loaded): Promise<void> => {
      underWay += 1
      await put(tarball)
      underWay -= 1
      startMore()
      await seeServed(tarball)
      served.add(nameOf(tarball))
      startMore()
      if (served.size === names.size) resolve()
    }
    const startMore = (): void => {
      for (let at = 0; at < left.length && underWay < Number(count);) {
        const next = left[at]
        if (next === undefined || needed.get(nameOf(next))?.some((name) => !served.has(name))) at += 1
        else {
          left.splice(at, 1)
          go(next).catch(reject)
        }
      }
    }
    startMore()
  })
}

/** How many lie on the longest way from each to what nobody depends on. */
function heights(needed: ReadonlyMap<string, readonly string[]>): ReadonlyMap<string, number> {
  const height = new Map([...needed.keys()].map((name) => [name, 1]))
  for (let moved = true; moved;) {
    moved = false
    for (const [name, needs] of needed) {
      for (const need of needs) {
        const least = (height.get(name) ?? 0) + 1
        if ((height.get(need) ?? 0) >= least) continue
        height.set(need, least)
        moved = true
      }
    }
  }
  return height
}

/** Both questions at once. */
async function seeServed({ manifest }: Loaded): Promise<void> {
  const { registry = '' } = options as { readonly registry?: string }
  const name = String(manifest['name'])
  const tarball = `${registry}${name}/-/${name.split('/').at(-1)}-${String(manifest['version'])}.tgz`
  const statuses = await Promise.all([ask(`${registry}${name.replace('/', '%2f')}`, 'GET'), ask(tarball, 'HEAD')])
  if (statuses.some((status) => status !== 200)) throw new Error(`${name} is not served after its upload`)
}

function ask(address: string, method: string): Promise<number | undefined> {
  const token = Object.entries(options).find(([key]) => key.endsWith(':_authToken'))?.[1]
  const headers = { authorization: `Bearer ${String(token)}`, accept: 'application/vnd.npm.install-v1+json' }
  return new Promise((resolve, reject) => {
    const asked = request(address, { agent, method, headers }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode))
    })
    asked.on('error', reject).end()
  })
}

function nameOf({ manifest }: Loaded): string {
  return String(manifest['name'])
}

function needsOf({ manifest }: Loaded): readonly string[] {
  const sections = ['dependencies', 'optionalDependencies', 'peerDependencies'].map((section) => manifest[section])
  return sections.flatMap((section) => Object.keys(typeof section === 'object' && section !== null ? section : {}))
}

function readOptions(file: string): Readonly<Record<string, string>> {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}
