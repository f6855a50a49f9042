/**
 * How tests reach a forge: by git, in which nobody is known but who is named, in clones that belong to one person each;
 * and by its API.
 */
import { execFile } from 'node:child_process'
import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { BareRepository } from './bare-repository.ts'
import { gitEnvironment, headOf } from './repository.ts'

/** A clone that belongs to one person. */
export type Clone = {
  readonly root: string
  git(...args: readonly string[]): Promise<string>
  write(files: Readonly<Record<string, string | object | null>>): Promise<void>
  /** Commits everything on the branch that is checked out, and pushes it. Gives the commit. */
  push(message: string): Promise<string>
}

export function cloneAt(root: string, person: string): Clone {
  const who = { GIT_AUTHOR_NAME: person, GIT_COMMITTER_NAME: person }
  const git: Clone['git'] = async (...args) => {
    const { stdout } = await run('git', [...args], { cwd: root, env: { ...gitEnv(), ...who }, maxBuffer: 1 << 26 })
    return stdout.trim()
  }
  return {
    root,
    git,
    async write(files) {
      for (const [path, content] of Object.entries(files)) {
        const file = join(root, path)
        if (content === null) {
          await rm(file, { recursive: true, force: true })
          continue
        }
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`)
      }
    },
    async push(message) {
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '--message', message)
      await git('push', '--quiet', '--force', 'origin', 'HEAD')
      return headOf(root)
    },
  }
}

/** An empty repository that allows what forges allow: pushes, commits asked for by hash, clones without blobs. */
export async function makeBare(at: string): Promise<void> {
  await mkdir(dirname(at), { recursive: true })
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', at], { env: gitEnv() })
  const allowed = '[uploadpack]\n\tallowFilter = true\n\tallowAnySHA1InWant = true\n[http]\n\treceivepack = true\n'
  await appendFile(join(at, 'config'), allowed)
}

/** A first commit on main, by Mona, in an empty repository. Objects and names are as if it had been pushed. */
export async function seed(bare: BareRepository, files: Readonly<Record<string, string | object>>): Promise<void> {
  const who = `Mona <${gitEnvironment['GIT_AUTHOR_EMAIL']}> ${Math.floor(Date.now() / 1000)} +0000`
  const parts = Object.entries(files).flatMap(([path, content]) => {
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`
    return [`M 100644 inline ${JSON.stringify(path)}`, `data ${Buffer.byteLength(text)}\n${text}`]
  })
  const message = 'chore: begin\n'
  const begin = ['commit refs/heads/main', `author ${who}`, `committer ${who}`, `data ${message.length}\n${message}`]
  await bare.git(
    ['-c', 'fastimport.unpackLimit=100000', 'fast-import', '--quiet'],
    `${[...begin, ...parts].join('\n')}\n`,
  )
}

/** Fails with the words of a refusal. */
export async function requestAs(
  credential: Readonly<Record<string, string>>,
  base: string,
  method: string,
  path: string,
  body?: object,
): Promise<unknown> {
  const answer = await fetch(`${base}${path}`, {
    method,
    headers: { ...credential, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}

export const run = promisify(execFile)

export function gitEnv(): NodeJS.ProcessEnv {
  return { ...process.env, ...gitEnvironment, GIT_TERMINAL_PROMPT: '0' }
}
