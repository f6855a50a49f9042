/**
 * Branches, files and commits of the test GitLab, made in the bare repository by git itself, with GitLab's words where
 * it refuses.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitEnvironment } from './repository.ts'
import { created, type GitlabAsked, type GitlabReply, missing, ok, refused, tipOf } from './gitlab-store.ts'

export async function getBranch({ project, params, webUrl }: GitlabAsked): Promise<GitlabReply> {
  const { branch = '' } = params
  const tip = await tipOf(project.bare, branch)
  if (tip === undefined) return missing('Branch')
  const commit = await commitAnswer(project.bare, tip)
  const web_url = `${webUrl}/${project.path}/-/tree/${branch}`
  return ok({
    name: branch,
    merged: false,
    protected: false,
    default: branch === 'main',
    can_push: true,
    web_url,
    commit,
  })
}

export async function createBranch({ project, body }: GitlabAsked): Promise<GitlabReply> {
  const { branch, ref } = body
  if (typeof branch !== 'string' || typeof ref !== 'string')
    return { status: 400, body: { error: 'branch is missing' } }
  if ((await tipOf(project.bare, branch)) !== undefined) return refused(400, 'Branch already exists')
  const at = await project.bare.git(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`]).catch(() => undefined)
  if (at === undefined) return refused(400, 'Invalid reference name: ' + ref)
  await project.bare.git(['update-ref', `refs/heads/${branch}`, at])
  return created({ name: branch, commit: await commitAnswer(project.bare, at) })
}

export async function deleteBranch({ project, params }: GitlabAsked): Promise<GitlabReply> {
  const { branch = '' } = params
  if ((await tipOf(project.bare, branch)) === undefined) return missing('Branch')
  await project.bare.git(['update-ref', '-d', `refs/heads/${branch}`])
  return { status: 204 }
}

export async function headFile({ project, params, query }: GitlabAsked): Promise<GitlabReply> {
  const object = `${query.get('ref') ?? 'HEAD'}:${params['file'] ?? ''}`
  const blob = await project.bare.git(['rev-parse', '--verify', '--quiet', object]).catch(() => undefined)
  if (blob === undefined) return missing('File')
  return { status: 200, headers: { 'x-gitlab-blob-id': blob, 'x-gitlab-file-path': params['file'] ?? '' } }
}

type Action = {
  readonly action: string
  readonly file_path: string
  readonly content?: string
  readonly encoding?: string
  readonly execute_filemode?: boolean
}

export async function createCommit({ project, body, token }: GitlabAsked): Promise<GitlabReply> {
  const { branch, start_sha, commit_message, force, actions } = body as {
    branch: string
    start_sha?: string
    commit_message: string
    force?: boolean
    actions: readonly Action[]
  }
  const tip = await tipOf(project.bare, branch)
  if (tip !== undefined && start_sha !== undefined && force !== true) {
    return refused(400, `A branch called '${branch}' already exists. Switch to that branch in order to make changes`)
  }
  const parent = start_sha ?? tip
  if (parent === undefined) return refused(400, 'You can only create or edit files when you are on a branch')
  const folder = await mkdtemp(join(tmpdir(), 'topsail-gitlab-index-'))
  const git = gitWith(project.bare.folder, { GIT_INDEX_FILE: join(folder, 'index') })
  try {
    await git(['read-tree', parent])
    const files = new Map((await git(['ls-files', '--stage', '-z'])).split('\0').filter(Boolean).map(stagedFile))
    const before = new Map(files)
    for (const action of actions) {
      const complaint = await carryOut(git, files, action)
      if (complaint !== undefined) return refused(400, complaint)
    }
    const changed = [...new Set([...before.keys(), ...files.keys()])].filter(
      (path) => before.get(path) !== files.get(path),
    )
    const lines = changed.map((path) => `${files.get(path) ?? `0 ${'0'.repeat(40)}`}\t${path}\0`)
    await git(['update-index', '-z', '--index-info'], lines.join(''))
    const tree = await git(['write-tree'])
    const who = { name: token.user.name, email: `${token.user.username}@example.org` }
    const commit = await gitWith(project.bare.folder, {
      GIT_AUTHOR_NAME: who.name,
      GIT_AUTHOR_EMAIL: who.email,
      GIT_COMMITTER_NAME: who.name,
      GIT_COMMITTER_EMAIL: who.email,
    })(['commit-tree', tree, '-p', parent], commit_message)
    await project.bare.git(['update-ref', `refs/heads/${branch}`, commit])
    return created(await commitAnswer(project.bare, commit))
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function commitAnswer(bare: GitlabAsked['project']['bare'], sha: string): Promise<object> {
  const format = '%H%x00%P%x00%an%x00%ae%x00%aI%x00%B'
  const [id = '', parents = '', author_name, author_email, created_at, message = ''] = (
    await bare.git(['log', '-1', `--format=${format}`, sha])
  ).split('\0')
  const title = message.split('\n', 1)[0]
  const parent_ids = parents.split(' ').filter(Boolean)
  return { id, short_id: id.slice(0, 8), parent_ids, title, message, author_name, author_email, created_at }
}

type Git = (args: readonly string[], input?: string | Buffer) => Promise<string>

/** `100644 HASH` by path. */
type Files = Map<string, string>

function stagedFile(entry: string): [path: string, staged: string] {
  const [head = '', path = ''] = entry.split('\t')
  return [path, head.split(' ').slice(0, 2).join(' ')]
}

async function carryOut(git: Git, files: Files, action: Action): Promise<string | undefined> {
  const { file_path: path, content = '', encoding, execute_filemode: executable } = action
  const staged = files.get(path)
  if (action.action === 'create' && staged !== undefined) return 'A file with this name already exists'
  if (action.action !== 'create' && staged === undefined) return "A file with this name doesn't exist"
  const [mode = '100644', blob = ''] = staged?.split(' ') ?? []
  if (action.action === 'delete') files.delete(path)
  else if (action.action === 'chmod') files.set(path, `${executable === true ? '100755' : '100644'} ${blob}`)
  else {
    const bytes = Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8')
    files.set(path, `${mode} ${await git(['hash-object', '-w', '--stdin'], bytes)}`)
  }
  return undefined
}

/** Index commands want a work tree, which they then do not touch. */
function gitWith(folder: string, env: Readonly<Record<string, string>>): Git {
  return (args, input) =>
    new Promise((resolve, reject) => {
      const options = { cwd: folder, env: { ...process.env, ...gitEnvironment, GIT_DIR: folder, ...env } }
      const child = execFile('git', ['-c', 'safe.directory=*', '--work-tree=.', ...args], options, (error, stdout) => {
        if (error) reject(error)
        else resolve(stdout.trim())
      })
      child.stdin?.on('error', () => {})
      child.stdin?.end(input)
    })
}
