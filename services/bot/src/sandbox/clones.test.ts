import { execFile } from 'node:child_process'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, symlink, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startForge, type ForgeRig } from '@topsail/engine/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SandboxLimits } from '../configuration.ts'
import type { Look } from '../deliveries/delivery.ts'
import { isRefName, keepClones, placeOf, type Clones } from './clones.ts'
import { startGitRelay } from './git-relay.ts'
import type { CheckoutAnswer } from './working-tree.ts'

const token = 'ghs_the_token_of_one_look'
const limits: SandboxLimits = {
  fetchSeconds: 30,
  folderBytes: 40 * 2 ** 20,
  planSeconds: 30,
  memoryBytes: 512 * 2 ** 20,
}
const look: Look = { forge: 'github', installation: '100', repositoryId: '1', repository: 'acme/shop', number: 1 }

let rig: ForgeRig
let front: Server
let folder: string
let usual: Clones
const seen: string[] = []

/** A private repository: nobody reads it without the token. */
function guarding(upstream: string): Server {
  return createServer((asked, answer) => {
    seen.push(`${asked.method} ${asked.url}`)
    const wanted = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`
    if (asked.headers.authorization !== wanted) return void answer.writeHead(401).end()
    const { authorization: _, ...headers } = asked.headers
    const passed = httpRequest(`${upstream}${asked.url}`, { method: asked.method ?? 'GET', headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 500, reply.headers)
      reply.pipe(answer)
    })
    asked.pipe(passed)
  })
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-bot-clones-'))
  usual = keepClones(folder, limits)
  rig = await startForge({
    files: {
      'package.json': { private: true, workspaces: ['services/*'] },
      'services/api/package.json': { name: '@acme/api', version: '1.0.0' },
      'services/api/src/index.ts': 'export {}\n',
      '.changeset/config.json': { baseBranch: 'main' },
    },
  })
  front = guarding(rig.webUrl)
  await new Promise<void>((done) => front.listen(0, '127.0.0.1', done))
})
afterAll(async () => {
  front.close()
  front.closeAllConnections()
  await rig.close()
  await rm(folder, { recursive: true, force: true })
})

type Asked = Partial<{ look: Look; head: string; base: string; limits: SandboxLimits; password: string; bytes: number }>

async function checkOut(asked: Asked = {}): Promise<CheckoutAnswer> {
  const { look: which = look, head = 'refs/heads/main', base = 'main', password = token } = asked
  const signal = new AbortController().signal
  const relay = await startGitRelay({
    upstream: `http://127.0.0.1:${(front.address() as AddressInfo).port}/${which.repository}.git`,
    authorization: `Basic ${Buffer.from(`x-access-token:${password}`).toString('base64')}`,
    bytes: asked.bytes ?? limits.folderBytes,
    signal,
  })
  try {
    const clones = asked.limits === undefined ? usual : keepClones(folder, asked.limits)
    return await clones.checkOut({ look: which, remote: relay.url, headRef: head, baseBranch: base, signal })
  } finally {
    await relay.close()
  }
}

async function ready(asked?: Asked): Promise<Extract<CheckoutAnswer, { kind: 'ready' }>> {
  const answer = await checkOut(asked)
  if (answer.kind !== 'ready') throw new Error(JSON.stringify(answer))
  return answer
}

async function branch(name: string, files: Record<string, string | object>): Promise<string> {
  await rig.work.git('checkout', '--quiet', '-B', name, 'origin/main')
  await rig.work.write(files)
  await rig.work.push(`feat: ${name}`)
  return `refs/heads/${name}`
}

test('a clone holds what decides a plan, at the head, and no other contents', async () => {
  const checkout = await ready()
  const files = readdirSync(checkout.folder, { recursive: true, encoding: 'utf8' })
  expect(files.filter((file) => file.endsWith('.json') || file.endsWith('.ts')).toSorted()).toEqual([
    '.changeset/config.json',
    'package.json',
    'services/api/package.json',
  ])
  expect(checkout.head).toBe(await rig.work.git('rev-parse', 'origin/main'))
  await checkout.remove()
  expect(existsSync(checkout.folder)).toBe(false)
})

test('the token is nowhere on the disk, and without it there is nothing', async () => {
  const checkout = await ready()
  const { stdout } = await promisify(execFile)('grep', ['-rlaF', token, folder]).catch(() => ({ stdout: '' }))
  expect(stdout).toBe('')
  const config = readFileSync(join(checkout.place, 'repository.git', 'config'), 'utf8')
  expect(config).not.toContain('127.0.0.1')
  await checkout.remove()
  expect(await checkOut({ password: 'ghs_another', look: { ...look, repositoryId: '2' } })).toMatchObject({
    kind: 'failed',
  })
})

test('the next look fetches only what is new, and sees the new head', async () => {
  await (await ready()).remove()
  const head = await branch('more', { 'services/api/package.json': { name: '@acme/api', version: '1.0.0', x: 1 } })
  const checkout = await ready({ head })
  expect(checkout.head).toBe(await rig.work.git('rev-parse', 'HEAD'))
  expect(checkout.baseRef).toBe('refs/remotes/origin/main')
  expect(await readFile(join(checkout.folder, 'services/api/package.json'), 'utf8')).toContain('"x": 1')
  await checkout.remove()
})

test('two looks at one repository at once do not disturb one another', async () => {
  const checkouts = await Promise.all([ready(), ready({ look: { ...look, number: 2 } }), ready()])
  expect(new Set(checkouts.map((checkout) => checkout.folder)).size).toBe(3)
  for (const checkout of checkouts) await checkout.remove()
})

test('a clone that a killed process has left in pieces is made anew', async () => {
  const { place, remove } = await ready()
  await remove()
  await rm(join(place, 'repository.git', 'objects'), { recursive: true })
  await (await ready()).remove()
})

test('working trees that a killed process has left are removed, and the clone stays', async () => {
  const { place, folder: tree } = await ready()
  await usual.begin()
  expect([existsSync(tree), existsSync(join(place, 'repository.git'))]).toEqual([false, true])
  await (await ready()).remove()
})

test('a branch that is gone is told from a forge that fails', async () => {
  expect(await checkOut({ head: 'refs/pull/999/head' })).toEqual({ kind: 'gone' })
  expect(await checkOut({ base: 'gone' })).toEqual({ kind: 'gone' })
})

test('nothing that a repository asks git to do is done', async () => {
  const witness = join(folder, 'witness')
  const run = `touch ${witness}`
  await rig.work.git('checkout', '--quiet', '-B', 'hostile', 'origin/main')
  await rig.work.write({
    '.gitattributes': '* filter=evil diff=evil merge=evil\n*.json filter=lfs\n',
    '.gitconfig': `[filter "evil"]\n\tsmudge = ${run}\n\tprocess = ${run}\n[core]\n\tfsmonitor = ${run}\n`,
    '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ext::sh -c ${run}\n`,
    '.lfsconfig': `[lfs]\n\turl = http://127.0.0.1:1/\n`,
    'hooks/post-checkout': `#!/bin/sh\n${run}\n`,
    '.husky/post-checkout': `#!/bin/sh\n${run}\n`,
    'package.json': { private: true, workspaces: ['services/*'], scripts: { postinstall: run, prepare: run } },
  })
  await symlink('/etc/passwd', join(rig.work.root, 'link.json'))
  await symlink('/etc', join(rig.work.root, 'services/etc'))
  await symlink(join(folder, 'elsewhere'), join(rig.work.root, '.changeset/up.md'))
  await rig.work.push('feat: hostile')
  const checkout = await ready({ head: 'refs/heads/hostile' })
  expect(existsSync(witness)).toBe(false)
  for (const name of ['link.json', '.changeset/up.md']) {
    expect(lstatSync(join(checkout.folder, name)).isSymbolicLink()).toBe(false)
  }
  expect(existsSync(join(checkout.folder, 'services/etc'))).toBe(false)
  await checkout.remove()
})

test('a repository that is too large is given up, and leaves nothing', async () => {
  const noise = Array.from({ length: 60 }, () => Math.random().toString(36)).join('')
  const head = await branch('large', { 'large.txt': noise.repeat(1000) })
  const own = { ...look, repositoryId: '77' }
  expect(await checkOut({ head, look: own, limits: { ...limits, folderBytes: 300_000 } })).toMatchObject({
    kind: 'too-large',
  })
  expect(existsSync(placeOf(folder, own))).toBe(false)
  expect((await checkOut({ head, look: own, bytes: 2000 })).kind).not.toBe('ready')
})

test('a tree that unfolds without end is stopped in time', { timeout: 60_000 }, async () => {
  const git = rig.work.git
  await rig.work.write({ 'seed.txt': 'x\n' })
  let entry = `100644 blob ${await git('hash-object', '-w', 'seed.txt')}`
  for (let depth = 0; depth < 9; depth += 1) {
    const lines = Array.from({ length: 10 }, (_, at) => `${entry}\td${at}`).join('\\n')
    const tree = await git('-c', `alias.bomb=!printf '${lines}\\n' | git mktree`, 'bomb')
    entry = `040000 tree ${tree}`
  }
  const commit = await git('commit-tree', '-m', 'bomb', entry.split(' ')[2] ?? '')
  await git('push', '--quiet', '--force', 'origin', `${commit}:refs/heads/bomb`)
  const own = { ...look, repositoryId: '78' }
  const tight = { ...limits, fetchSeconds: 4, memoryBytes: 200 * 2 ** 20 }
  const answer = await checkOut({ head: 'refs/heads/bomb', look: own, limits: tight })
  expect(['too-large', 'failed']).toContain(answer.kind)
  expect(existsSync(placeOf(folder, own))).toBe(false)
})

test('the relay passes on reading of its one repository, and nothing else', async () => {
  seen.length = 0
  const relay = await startGitRelay({
    upstream: `http://127.0.0.1:${(front.address() as AddressInfo).port}/acme/shop.git`,
    authorization: 'Basic x',
    bytes: 1000,
    signal: new AbortController().signal,
  })
  const origin = new URL(relay.url).origin
  const wrong = [
    `${relay.url}/info/refs?service=git-receive-pack`,
    `${relay.url}/../other.git/info/refs?service=git-upload-pack`,
    `${relay.url}/HEAD`,
    `${origin}/acme/shop.git/info/refs?service=git-upload-pack`,
    `${origin}/guess/repository.git/info/refs?service=git-upload-pack`,
  ]
  for (const url of wrong) expect((await fetch(url)).status).toBe(404)
  expect((await fetch(`${relay.url}/git-receive-pack`, { method: 'POST', body: '0000' })).status).toBe(404)
  expect(seen).toEqual([])
  await relay.close()
})

test('installations share no folder, whatever they are called', () => {
  const places = [
    look,
    { ...look, installation: '101' },
    { ...look, forge: 'gitlab' as const },
    { ...look, installation: '10', repositoryId: '01' },
    { ...look, installation: '../100' },
    { ...look, repositoryId: '../1' },
  ].map((one) => placeOf(folder, one))
  expect(new Set(places).size).toBe(places.length)
  for (const place of places) expect(place.startsWith(`${folder}/`) && !place.includes('..')).toBe(true)
})

test('clones that nobody uses are removed', async () => {
  const { place, remove } = await ready()
  await remove()
  await usual.tidy(Date.now())
  expect(existsSync(place)).toBe(true)
  await utimes(place, new Date(0), new Date(0))
  await usual.tidy(Date.now())
  expect(existsSync(place)).toBe(false)
})

test.each([
  'a b',
  'a..b',
  '-x:y',
  'a*',
  'a\\b',
  'a~1',
  'a^',
  'a?',
  '[a',
  'a.lock',
  '.a',
  'a/',
  'a\n',
  'a@{1}',
  '+a:b',
  '',
])('a branch called %j is none', (name) => {
  expect(isRefName(`refs/heads/${name}`)).toBe(false)
})
