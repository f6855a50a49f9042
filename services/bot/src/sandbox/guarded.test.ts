import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runGuarded, type GuardedProgram } from './guarded.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-bot-guarded-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

function run(code: string, more: Partial<GuardedProgram> = {}) {
  return runGuarded({
    file: process.execPath,
    args: ['-e', code],
    cwd: folder,
    env: { ONLY: 'this' },
    seconds: 30,
    memoryBytes: 2 ** 30,
    folder: { path: folder, bytes: 2 ** 24 },
    signal: new AbortController().signal,
    ...more,
  })
}

test('a program gets the variables that are named, and no others', async () => {
  const answer = await run('console.log(JSON.stringify(process.env)); process.exitCode = 3')
  expect(answer).toMatchObject({ kind: 'done', code: 3 })
  // The dynamic loader of some systems adds one of its own.
  const env = JSON.parse(answer.kind === 'done' ? answer.stdout : '') as Record<string, string>
  expect(Object.keys(env).filter((name) => !name.startsWith('__'))).toEqual(['ONLY'])
})

test('what it reads is what it was given', async () => {
  const input = 'x'.repeat(1_000_000)
  const answer = await run('process.stdin.pipe(process.stdout)', { input })
  expect(answer.kind === 'done' && answer.stdout.length).toBe(input.length)
  expect(await run('', { input })).toMatchObject({ kind: 'done', code: 0 })
})

const limits: readonly (readonly [what: string, limit: string, code: string, more: Partial<GuardedProgram>])[] = [
  ['hangs', 'time', 'setInterval(() => {}, 1000)', { seconds: 1 }],
  ['will not be told to end', 'time', 'process.on("SIGTERM", () => {}); for (;;) {}', { seconds: 1 }],
  [
    'takes memory',
    'memory',
    'const a = []; setInterval(() => a.push(Buffer.alloc(2 ** 24, 1)), 10)',
    { memoryBytes: 2 ** 28 },
  ],
  [
    'lets another take memory',
    'memory',
    'require("child_process").spawn(process.execPath, ["-e", "const a = []; setInterval(() => a.push(Buffer.alloc(2 ** 24, 1)), 10)"])',
    { memoryBytes: 2 ** 28 },
  ],
  [
    'fills the disk',
    'size',
    'const fs = require("fs"); let i = 0; setInterval(() => fs.writeFileSync("f" + i++, Buffer.alloc(2 ** 20)), 5)',
    {},
  ],
  ['fills the disk in one go', 'size', 'require("fs").writeFileSync("large", Buffer.alloc(2 ** 25))', {}],
  [
    'fills the disk with nothing',
    'size',
    'const fs = require("fs"); for (let i = 0; i < 5000; i++) fs.writeFileSync("n" + i, "")',
    {},
  ],
  ['talks without end', 'output', 'const say = () => process.stdout.write("x".repeat(2 ** 16), say); say()', {}],
  ['complains without end', 'output', 'const say = () => process.stderr.write("x".repeat(2 ** 16), say); say()', {}],
]

test.each(limits)('one that %s is over its limit of %s', async (_what, limit, code, more) => {
  const own = await mkdtemp(join(folder, 'own-'))
  const answer = await run(code, { cwd: own, folder: { path: own, bytes: 2 ** 24 }, ...more })
  expect(answer).toEqual({ kind: 'over', limit })
  await rm(own, { recursive: true, force: true })
})

test('what it has started ends with it', async () => {
  const witness = join(folder, 'heartbeat')
  const child = `setInterval(() => require("fs").writeFileSync(${JSON.stringify(witness)}, String(Date.now())), 20)`
  const code = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "ignore" }).unref()`
  await run(
    `${code}; const fs = require("fs"); const t = setInterval(() => { if (fs.existsSync(${JSON.stringify(witness)})) { clearInterval(t); process.exit() } }, 10)`,
  )
  await new Promise((done) => setTimeout(done, 100))
  const last = await readFile(witness, 'utf8')
  await new Promise((done) => setTimeout(done, 200))
  expect(await readFile(witness, 'utf8')).toBe(last)
})

test('it stops when it is asked to, also before it began', async () => {
  const asked = new AbortController()
  const witness = join(folder, 'begun')
  const running = run(`require("fs").writeFileSync(${JSON.stringify(witness)}, ""); setInterval(() => {}, 1000)`, {
    signal: asked.signal,
  })
  while (!existsSync(witness)) await new Promise((done) => setTimeout(done, 10))
  asked.abort()
  expect(await running).toEqual({ kind: 'stopped' })
  expect(await run('', { signal: asked.signal })).toEqual({ kind: 'stopped' })
})
