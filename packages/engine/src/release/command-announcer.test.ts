import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Announcer, Announcement } from './announcer.ts'
import { commandAnnouncer } from './command-announcer.ts'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'topsail-announce-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

const announcement: Announcement = {
  release: 'r1',
  commit: null,
  promotion: 'direct',
  versions: [{ name: '@acme/db', version: '1.1.0' }],
  tags: [],
  set: {
    id: 'sha256-00',
    document: { schema: 'topsail/set@1', release: 'r1', commit: null, promotion: 'direct', units: [] },
  },
}

async function announcer(script: string, ...args: readonly string[]): Promise<Announcer> {
  await writeFile(join(root, 'tell.mjs'), script)
  return commandAnnouncer({
    argv: [process.execPath, 'tell.mjs', ...args],
    root,
    env: {},
    redact: (text) => text.replaceAll('secret', '***'),
  })
}

const keep = `import { appendFileSync, readFileSync } from 'node:fs'
appendFileSync('told.ndjson', JSON.stringify([process.argv.slice(2), JSON.parse(readFileSync(0, 'utf8'))]) + '\\n')`

test('it is told of a release and of its withdrawal, with what was released and without a shell', async () => {
  const { announce, withdraw } = await announcer(keep, '{verb}', '{release}; touch stolen')
  expect(await announce(announcement)).toEqual({ kind: 'done' })
  const { set: _, ...released } = announcement
  expect(await withdraw(released)).toEqual({ kind: 'done' })
  const told = (await readFile(join(root, 'told.ndjson'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const schema = 'topsail/announcement@1'
  expect(told).toEqual([
    [['announce', 'r1; touch stolen'], { schema, verb: 'announce', ...announcement }],
    [['withdraw', 'r1; touch stolen'], { schema, verb: 'withdraw', ...released }],
  ])
})

test('75 is tried again, any other failure is its last word, and no secret gets through', async () => {
  const later = await announcer('process.exit(75)')
  expect(await later.announce(announcement)).toEqual({ kind: 'unknown', detail: 'it ended with 75' })
  const never = await announcer('console.error("no secret"); process.exit(1)')
  expect(await never.announce(announcement)).toEqual({ kind: 'refused', detail: 'it ended with 1: no ***' })
  const missing = commandAnnouncer({ argv: ['/nonexistent/tell'], root, env: {}, redact: (text) => text })
  expect(await missing.announce(announcement)).toMatchObject({ kind: 'refused' })
})
