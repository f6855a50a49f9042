/**
 * `floor-process.ts FOLDER USERCONFIG COUNT [VERSION]`: the tarballs of a folder put into a registry by bare
 * `libnpmpublish`, so many at a time, in no order, nothing asked before or after. Nobody who uploads them one request each
 * is faster. With VERSION all of them are called that, to fill a registry with what was there before.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { publish } from 'libnpmpublish'
import type { Tarball } from './tarballs.ts'

const [folder = '', userconfig = '', count = '', version] = process.argv.slice(2)
const options = { ...readOptions(userconfig), maxSockets: Number(count), retry: { retries: 0 } }
const left = (JSON.parse(readFileSync(join(folder, 'tarballs.json'), 'utf8')) as readonly Tarball[]).map((tarball) => ({
  ...tarball,
  bytes: readFileSync(join(folder, tarball.file)),
}))
await Promise.all(Array.from({ length: Number(count) }, worker))

async function worker(): Promise<void> {
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const manifest = version === undefined ? next.manifest : { ...next.manifest, version }
    await publish(manifest, next.bytes, { ...options, defaultTag: 'latest', access: 'restricted' })
  }
}

function readOptions(file: string): Readonly<Record<string, string>> {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}
