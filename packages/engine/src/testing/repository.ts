/**
 * A workspace in a temporary folder with git history and a bare remote, for tests of what is written to both. Git runs
 * without any configuration of the machine.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

export type TestRepository = {
  readonly root: string
  readonly remote: string
  /** Runs git in the workspace and gives its output. */
  git(...args: readonly string[]): Promise<string>
  write(files: Readonly<Record<string, string | object>>): Promise<void>
  /** Commits everything and pushes the branch. */
  commit(message: string): Promise<string>
  remoteTags(): Promise<readonly string[]>
  close(): Promise<void>
}

const run = promisify(execFile)

export async function createRepository(files: Readonly<Record<string, string | object>>): Promise<TestRepository> {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-repository-'))
  const root = join(folder, 'work')
  const remote = join(folder, 'remote.git')
  await mkdir(root)
  const git = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('git', [...args], { cwd: root, env: { ...process.env, ...gitEnvironment } })
    return stdout.trim()
  }
  const write: TestRepository['write'] = async (more) => {
    for (const [path, content] of Object.entries(more)) {
      const file = join(root, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`)
    }
  }
  await git('init', '--quiet', '--initial-branch=main')
  await git('init', '--quiet', '--bare', '--initial-branch=main', remote)
  await git('remote', 'add', 'origin', remote)
  const repository: TestRepository = {
    root,
    remote,
    git,
    write,
    async commit(message) {
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '--message', message)
      await git('push', '--quiet', 'origin', 'main')
      return git('rev-parse', 'HEAD')
    },
    async remoteTags() {
      const lines = (await git('ls-remote', '--tags', '--refs', 'origin')).split('\n')
      return lines.flatMap((line) => line.split('refs/tags/')[1] ?? []).sort()
    },
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
  await write(files)
  await repository.commit('chore: begin')
  return repository
}

/** Neither the user's nor the system's configuration, and a fixed author. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
}
