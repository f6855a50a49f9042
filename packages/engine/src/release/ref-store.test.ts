/** One contract for every `RefStore`. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { gitIn } from '../adapters/git-process.ts'
import type { Git } from '../ports.ts'
import { fileRefStore } from './file-ref-store.ts'
import { gitRefStore } from './git-ref-store.ts'
import { memoryRefStore } from '../testing/memory-ref-store.ts'
import type { RefStore } from './ref-store.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

async function folder(): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'topsail-refs-'))
  folders.push(made)
  return made
}

async function repository(bare: boolean): Promise<string> {
  const made = await folder()
  await gitIn(made)(['init', '--quiet', ...(bare ? ['--bare'] : [])])
  return made
}

async function clonesOfOneRemote(): Promise<readonly [RefStore, RefStore]> {
  const remote = await repository(true)
  const clone = async (): Promise<RefStore> => {
    const git = gitIn(await repository(false))
    await git(['remote', 'add', 'origin', remote])
    return gitRefStore(git, 'origin')
  }
  return [await clone(), await clone()]
}

test('what moves refs ends by itself although everything here is killed, and leaves no lock', async () => {
  const remote = await repository(true)
  const slow = '#!/bin/sh\nif [ "$1" = prepared ]; then touch begun; sleep 1; fi\n'
  await writeFile(join(remote, 'hooks', 'reference-transaction'), slow, { mode: 0o755 })
  const clone = await repository(false)
  await gitIn(clone)(['remote', 'add', 'origin', remote])
  const script = `
    import { gitIn } from ${JSON.stringify(import.meta.resolve('../adapters/git-process.ts'))}
    import { gitRefStore } from ${JSON.stringify(import.meta.resolve('./git-ref-store.ts'))}
    const store = gitRefStore(gitIn(process.cwd()), 'origin')
    const to = await store.write({ message: 'one', files: {} }, undefined)
    await store.swap([{ ref: 'refs/topsail/lease', from: undefined, to }])`
  const child = spawn(process.execPath, ['--input-type=module-typescript', '--eval', script], {
    cwd: clone,
    detached: true,
    stdio: 'ignore',
  })
  await expect.poll(() => existsSync(join(remote, 'begun')), { timeout: 60_000 }).toBe(true)
  process.kill(-(child.pid ?? 0), 'SIGKILL')
  const store = gitRefStore(gitIn(clone), 'origin')
  await expect.poll(() => store.list('refs/topsail/'), { timeout: 60_000 }).toMatchObject({ refs: { size: 1 } })
  const listed = await store.list('refs/topsail/')
  const from = listed.kind === 'known' ? listed.refs.get('refs/topsail/lease') : undefined
  const to = await store.write({ message: 'two', files: {} }, undefined)
  expect(await store.swap([{ ref: 'refs/topsail/lease', from, to }])).toEqual({ kind: 'done' })
})

test('refs that another git is just moving are waited for, and a lock that stays is told of', async () => {
  const remote = await repository(true)
  const git = gitIn(await repository(false))
  await git(['remote', 'add', 'origin', remote])
  const store = gitRefStore(git, 'origin')
  const to = await store.write({ message: 'one', files: {} }, undefined)
  const move = { ref: 'refs/topsail/lease', from: undefined, to }
  const lock = join(remote, 'refs', 'topsail', 'lease.lock')
  await mkdir(dirname(lock), { recursive: true })
  await writeFile(lock, '')
  expect(await store.swap([move])).toMatchObject({
    kind: 'unreachable',
    detail: expect.stringContaining('lease.lock'),
  })
  const swapped = store.swap([move])
  await rm(lock)
  expect(await swapped).toEqual({ kind: 'done' })
})

test('a remote that cannot keep what is sent has refused nothing', async () => {
  const remote = await repository(true)
  await gitIn(remote)(['config', 'receive.maxInputSize', '1'])
  const git = gitIn(await repository(false))
  await git(['remote', 'add', 'origin', remote])
  const store = gitRefStore(git, 'origin')
  const to = await store.write({ message: 'one', files: {} }, undefined)
  const move = { ref: 'refs/topsail/lease', from: undefined, to }
  expect(await store.swap([move])).toMatchObject({ kind: 'unreachable', detail: expect.stringContaining('unpack') })
})

test('tags go to the remote with the refs, all of it or nothing', async () => {
  const remote = await repository(true)
  const git = gitIn(await repository(false))
  await git(['remote', 'add', 'origin', remote])
  const store = gitRefStore(git, 'origin')
  const ref = 'refs/topsail/lease'
  const [one, two] = [
    await store.write({ message: 'one', files: {} }, undefined),
    await store.write({ message: 'two', files: {} }, undefined),
  ]
  const there = async (): Promise<readonly string[]> => {
    const listed = await store.list('refs/topsail/', 'refs/tags/')
    return listed.kind === 'known' ? [...listed.refs].map(([name, sha]) => `${name} ${sha}`).toSorted() : []
  }
  await git(['tag', 'a@1', one])
  await git(['tag', 'b@1', one])
  const first = { ref, from: undefined, to: one }
  expect(await store.swap([{ ...first, from: two }], ['a@1'])).toEqual({
    kind: 'refused',
    detail: expect.stringContaining(`${ref} [rejected] (stale info)`),
  })
  expect(await there()).toEqual([])
  expect(await store.swap([first], ['a@1'])).toEqual({ kind: 'done' })
  // One that is there already changes nothing.
  expect(await store.swap([{ ref, from: one, to: two }], ['a@1', 'b@1'])).toEqual({ kind: 'done' })
  const whole = [`refs/tags/a@1 ${one}`, `refs/tags/b@1 ${one}`, `${ref} ${two}`]
  expect(await there()).toEqual(whole)
  await git(['tag', '--force', 'b@1', two])
  await git(['tag', 'c@1', two])
  expect(await store.swap([{ ref, from: two, to: one }], ['b@1', 'c@1'])).toMatchObject({ kind: 'refused' })
  expect(await there()).toEqual(whole)
})

/** Some of what git has learnt since 2.30 that tempts. */
function oldGit(git: Git): Git {
  return async (args, options) => {
    if (args[0] === 'ls-tree' && args.some((arg) => arg.startsWith('--format')))
      return { kind: 'done', code: 129, stdout: '', stderr: 'error: unknown option `format' }
    const literal = args.indexOf('--path-format=absolute')
    const answer = await git(
      args.filter((_, at) => at !== literal),
      options,
    )
    // What it does not know it repeats.
    if (literal < 0 || answer.kind === 'missing') return answer
    const lines = answer.stdout.split('\n')
    return { ...answer, stdout: lines.toSpliced(literal - 1, 0, '--path-format=absolute').join('\n') }
  }
}

/** Two views of the same refs. */
const kinds: Readonly<Record<string, () => Promise<readonly [RefStore, RefStore]>>> = {
  'in memory': async () => {
    const store = memoryRefStore()
    return [store, store]
  },
  'in a folder': async () => {
    const made = await folder()
    return [fileRefStore(made), fileRefStore(made)]
  },
  'in the repository': async () => {
    const git = gitIn(await repository(false))
    return [gitRefStore(git, undefined), gitRefStore(git, undefined)]
  },
  'in a repository, asked in a folder of it': async () => {
    const below = join(await repository(false), 'a', 'b')
    await mkdir(below, { recursive: true })
    return [gitRefStore(gitIn(below), undefined), gitRefStore(gitIn(below), undefined)]
  },
  'in a repository, with an old git': async () => {
    const git = oldGit(gitIn(await repository(false)))
    return [gitRefStore(git, undefined), gitRefStore(git, undefined)]
  },
  'in a repository with longer names': async () => {
    const made = await folder()
    await gitIn(made)(['init', '--quiet', '--object-format=sha256'])
    return [gitRefStore(gitIn(made), undefined), gitRefStore(gitIn(made), undefined)]
  },
  'at a remote': clonesOfOneRemote,
}

describe.each(Object.entries(kinds))('refs %s', (_, make) => {
  const ref = 'refs/topsail/lease'

  test('what one writes the other reads, message and files', async () => {
    const [here, there] = await make()
    const content = { message: '{"a":1}', files: { 'journal.ndjson': 'one\ntwo\n', empty: '' } }
    const sha = await here.write(content, undefined)
    expect(await here.swap([{ ref, from: undefined, to: sha }])).toEqual({ kind: 'done' })
    const listed = await there.list('refs/topsail/')
    expect(listed).toEqual({ kind: 'known', refs: new Map([[ref, sha]]) })
    expect(await there.read(ref, sha)).toEqual(content)
  })

  test('of two who expect the same, one wins and the other is refused', async () => {
    const [here, there] = await make()
    const [a, b] = [
      await here.write({ message: 'a', files: {} }, undefined),
      await there.write({ message: 'b', files: {} }, undefined),
    ]
    const outcomes = [
      await here.swap([{ ref, from: undefined, to: a }]),
      await there.swap([{ ref, from: undefined, to: b }]),
    ]
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['done', 'refused'])
    expect(await there.list('refs/topsail/')).toEqual({ kind: 'known', refs: new Map([[ref, a]]) })
  })

  test('several refs move together or not at all', async () => {
    const [here] = await make()
    const [a, b] = [
      await here.write({ message: 'a', files: {} }, undefined),
      await here.write({ message: 'b', files: {} }, undefined),
    ]
    await here.swap([{ ref, from: undefined, to: a }])
    const half = [
      { ref: 'refs/topsail/releases/r1', from: undefined, to: b },
      { ref, from: b, to: b },
    ]
    expect(await here.swap(half)).toMatchObject({ kind: 'refused' })
    expect(await here.list('refs/topsail/')).toEqual({ kind: 'known', refs: new Map([[ref, a]]) })
    const whole = [
      { ref: 'refs/topsail/releases/r1', from: undefined, to: b },
      { ref, from: a, to: undefined },
    ]
    expect(await here.swap(whole)).toEqual({ kind: 'done' })
    expect(await here.list('refs/topsail/')).toEqual({
      kind: 'known',
      refs: new Map([['refs/topsail/releases/r1', b]]),
    })
  })
})

test('a remote that is not there is unreachable, never empty', async () => {
  const git = gitIn(await repository(false))
  await git(['remote', 'add', 'origin', join(await folder(), 'nowhere')])
  const refs = gitRefStore(git, 'origin')
  const sha = await refs.write({ message: 'x', files: {} }, undefined)
  expect(await refs.list('refs/topsail/')).toMatchObject({ kind: 'unreachable' })
  expect(await refs.swap([{ ref: 'refs/topsail/lease', from: undefined, to: sha }])).toMatchObject({
    kind: 'unreachable',
  })
})

test('of many in a folder who swap at once each swap counts once, and old states go away', async () => {
  const made = await folder()
  const count = async (): Promise<void> => {
    const store = fileRefStore(made)
    for (let done = false; !done;) {
      const listed = await store.list('refs/')
      const from = listed.kind === 'known' ? listed.refs.get('refs/count') : undefined
      const before = from === undefined ? '0' : (await store.read('refs/count', from))?.message
      if (before === undefined) continue
      const to = await store.write({ message: String(Number(before) + 1), files: {} }, undefined)
      done = (await store.swap([{ ref: 'refs/count', from, to }])).kind === 'done'
    }
  }
  await Promise.all(Array.from({ length: 20 }, count))
  const store = fileRefStore(made)
  const listed = await store.list('refs/')
  const sha = listed.kind === 'known' ? (listed.refs.get('refs/count') ?? '') : ''
  expect(await store.read('refs/count', sha)).toMatchObject({ message: '20' })
  expect((await readdir(join(made, 'refs'))).length).toBeLessThan(12)
})

test('a remote that takes the question and never answers is not waited for without end', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((done) => silent.listen(0, '127.0.0.1', () => done()))
  const git = gitIn(await repository(false))
  await git(['remote', 'add', 'origin', `git://127.0.0.1:${(silent.address() as AddressInfo).port}/x.git`])
  const store = gitRefStore(git, 'origin', undefined, { asked: 300, pushed: 300 })
  const detail = expect.stringContaining('no answer in time')
  expect(await store.list('refs/topsail/')).toEqual({ kind: 'unreachable', detail })
  const to = await store.write({ message: 'one', files: {} }, undefined)
  expect(await store.swap([{ ref: 'refs/topsail/lease', from: undefined, to }])).toEqual({
    kind: 'unreachable',
    detail,
  })
  silent.close()
})
