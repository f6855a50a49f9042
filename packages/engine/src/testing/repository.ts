/**
 * A workspace in a temporary folder with git history and a bare remote, for tests of what is written to both. Git runs
 * without any configuration of the machine.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
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
  const repository: TestRepository = {
    root,
    remote,
    git,
    write,
    async commit(message) {
      await git('add', '--all')
      await git('commit', '--quiet', '--allow-empty', '--message', message)
      if (!(await copyMain(root, remote))) await git('push', '--quiet', 'origin', 'main')
      return headOf(root)
    },
    async remoteTags() {
      const lines = (await git('ls-remote', '--tags', '--refs', 'origin')).split('\n')
      return lines.flatMap((line) => line.split('refs/tags/')[1] ?? []).sort()
    },
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
  await write(files)
  await git('init', '--quiet', '--initial-branch=main', '--template=')
  await git('add', '--all')
  await git('commit', '--quiet', '--allow-empty', '--message', 'chore: begin')
  await makeRemote(root, remote)
  return repository
}

/** The commit that HEAD stands for, where the branch has just been written. */
export async function headOf(root: string): Promise<string> {
  const head = (await readFile(join(root, '.git/HEAD'), 'utf8')).trim()
  return head.startsWith('ref: ') ? (await readFile(join(root, '.git', head.slice(5)), 'utf8')).trim() : head
}

/**
 * Takes main to its remote as a push does, without a push's seven processes. False where that is not certain: when
 * somebody else has pushed, when refs are packed, and when a hook would be asked.
 */
async function copyMain(root: string, remote: string): Promise<boolean> {
  const own = join(root, '.git')
  const shown = join(own, 'refs/remotes/origin/main')
  const [before, there, now, ...hooks] = await Promise.all([
    readFile(shown, 'utf8').catch(() => undefined),
    readFile(join(remote, 'refs/heads/main'), 'utf8').catch(() => undefined),
    readFile(join(own, 'refs/heads/main'), 'utf8').catch(() => undefined),
    ...[own, remote].map((folder) => readdir(join(folder, 'hooks')).catch(() => [])),
  ])
  if (before === undefined || before !== there || now === undefined || hooks.flat().length > 0) return false
  const { length } = own
  await cp(join(own, 'objects'), join(remote, 'objects'), {
    recursive: true,
    force: false,
    // Files alone: what is there already is the same.
    filter: (from) => !/\.lock$|tmp_/.test(from.slice(length)),
  })
  for (const file of [join(remote, 'refs/heads/main'), shown]) await writeFile(file, now)
  return true
}

/**
 * What `git init --bare`, `git remote add` and a first push leave, without their ten processes: a bare copy of a
 * repository of one commit on main, which is then its remote.
 */
async function makeRemote(root: string, remote: string): Promise<void> {
  const own = join(root, '.git')
  for (const folder of ['objects', 'refs']) await cp(join(own, folder), join(remote, folder), { recursive: true })
  for (const folder of [own, remote]) await mkdir(join(folder, 'hooks'), { recursive: true })
  await cp(join(own, 'HEAD'), join(remote, 'HEAD'))
  const config = await readFile(join(own, 'config'), 'utf8')
  await writeFile(
    join(remote, 'config'),
    config.replace('bare = false', 'bare = true').replace(/^.*logallrefupdates.*\n/m, ''),
  )
  const origin = `[remote "origin"]\n\turl = ${JSON.stringify(remote)}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`
  await writeFile(join(own, 'config'), config + origin)
  await mkdir(join(own, 'refs/remotes/origin'), { recursive: true })
  await cp(join(own, 'refs/heads/main'), join(own, 'refs/remotes/origin/main'))
}

/** Neither the user's nor the system's configuration but one that tidies nothing up, and a fixed author. */
export const gitEnvironment: Readonly<Record<string, string>> = {
  GIT_CONFIG_GLOBAL: fileURLToPath(new URL('gitconfig', import.meta.url)),
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
}
