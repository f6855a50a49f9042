/**
 * A bare repository as a forge keeps it: objects read and written one by one, branches merged the three ways that
 * forges offer, and the refs that show a pull request's head and its trial merge.
 */
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gitEnvironment } from './repository.ts'

export type MergeMethod = 'merge' | 'squash' | 'rebase'

export type BareRepository = {
  readonly folder: string
  /** Fails with git's own words. */
  git(args: readonly string[], input?: string | Buffer): Promise<string>
  /** Branches and tags; a tag stands for its commit. */
  refs(): Promise<ReadonlyMap<string, string>>
  /** Undefined where the two conflict. The commit is made, no branch moves. */
  merge(base: string, head: string, method: MergeMethod, message: string): Promise<string | undefined>
}

export function bareRepository(folder: string): BareRepository {
  const git: BareRepository['git'] = async (args, input) => (await runGit(folder, args, input)).toString().trim()
  let last: { readonly written: string; readonly refs: ReadonlyMap<string, string> } | undefined
  return {
    folder,
    git,
    async refs() {
      const written = writtenRefs(folder)
      if (last?.written === written) return last.refs
      const format = '--format=%(refname) %(objectname) %(*objectname)'
      const lines = (await git(['for-each-ref', format, 'refs/heads', 'refs/tags'])).split('\n')
      const refs = new Map(
        lines.filter(Boolean).map((line): [string, string] => {
          const [name = '', sha = '', peeled = ''] = line.split(' ')
          return [name, peeled === '' ? sha : peeled]
        }),
      )
      // What moved while git looked is looked at again the next time.
      last = writtenRefs(folder) === written ? { written, refs } : undefined
      return refs
    },
    async merge(base, head, method, message) {
      if (method === 'rebase') return rebased(folder, base, head)
      const tree = await git(['merge-tree', '--write-tree', base, head]).catch(() => undefined)
      if (tree === undefined) return undefined
      const parents = method === 'merge' ? ['-p', base, '-p', head] : ['-p', base]
      return git(['commit-tree', tree, ...parents], `${message}\n`)
    },
  }
}

/** The files of branches and tags, all of them: as long as they say the same, so does git. */
function writtenRefs(folder: string): string {
  const files = ['heads', 'tags'].flatMap((kind) =>
    readdirSync(join(folder, 'refs', kind), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  )
  return [join(folder, 'packed-refs'), ...files.toSorted()]
    .map((file) => `${file} ${existsSync(file) ? readFileSync(file, 'utf8') : ''}`)
    .join('\n')
}

/** All objects that `tips` lead to and `known` do not, each once, with what it needs before it. */
export async function objectsOf(
  { folder }: BareRepository,
  tips: readonly string[],
  known: readonly string[],
): Promise<readonly GitObject[]> {
  if (tips.length === 0) return []
  const wanted = [...tips, ...known.map((sha) => `^${sha}`)].join('\n')
  const list = await runGit(folder, ['rev-list', '--objects', '--reverse', '--stdin'], `${wanted}\n`)
  const shas = list
    .toString()
    .split('\n')
    .flatMap((line) => line.split(' ', 1)[0] || [])
  const batch = await runGit(folder, ['cat-file', '--batch'], `${shas.join('\n')}\n`)
  const objects = [...parseBatch(batch)]
  const rank = { blob: 0, tree: 1, commit: 2, tag: 3 }
  // Commits stand oldest first; trees follow the trees inside of them.
  return sortedTrees(objects.toSorted((a, b) => rank[a.type] - rank[b.type]))
}

export type GitObject = {
  readonly sha: string
  readonly type: 'blob' | 'tree' | 'commit' | 'tag'
  readonly content: Buffer
}

export type TreeEntry = { readonly mode: string; readonly path: string; readonly sha: string }

export function treeEntries(content: Buffer): readonly TreeEntry[] {
  const entries: TreeEntry[] = []
  for (let at = 0; at < content.length;) {
    const space = content.indexOf(0x20, at)
    const end = content.indexOf(0, space)
    entries.push({
      mode: content.subarray(at, space).toString().padStart(6, '0'),
      path: content.subarray(space + 1, end).toString(),
      sha: content.subarray(end + 1, end + 21).toString('hex'),
    })
    at = end + 21
  }
  return entries
}

function* parseBatch(batch: Buffer): Generator<GitObject> {
  for (let at = 0; at < batch.length;) {
    const end = batch.indexOf(0x0a, at)
    const [sha = '', type = '', size = '0'] = batch.subarray(at, end).toString().split(' ')
    const content = batch.subarray(end + 1, end + 1 + Number(size))
    yield { sha, type: type as GitObject['type'], content }
    at = end + 2 + Number(size)
  }
}

function sortedTrees(objects: readonly GitObject[]): readonly GitObject[] {
  const trees = new Map(objects.filter(({ type }) => type === 'tree').map((tree) => [tree.sha, tree]))
  const sorted = new Map<string, GitObject>()
  const visit = (tree: GitObject): void => {
    if (sorted.has(tree.sha)) return
    for (const entry of treeEntries(tree.content)) {
      const inner = trees.get(entry.sha)
      if (inner) visit(inner)
    }
    sorted.set(tree.sha, tree)
  }
  for (const tree of trees.values()) visit(tree)
  const others = objects.filter(({ type }) => type !== 'tree')
  return [
    ...others.filter(({ type }) => type === 'blob'),
    ...sorted.values(),
    ...others.filter(({ type }) => type !== 'blob'),
  ]
}

async function rebased(folder: string, base: string, head: string): Promise<string | undefined> {
  const place = await mkdtemp(join(tmpdir(), 'topsail-rebase-'))
  const tree = join(place, 'tree')
  try {
    await runGit(folder, ['worktree', 'add', '--detach', '--quiet', tree, head])
    await runGit(tree, ['rebase', '--quiet', '--force-rebase', base])
    return (await runGit(tree, ['rev-parse', 'HEAD'])).toString().trim()
  } catch {
    return undefined
  } finally {
    await runGit(folder, ['worktree', 'remove', '--force', tree]).catch(() => {})
    await rm(place, { recursive: true, force: true, maxRetries: 3 })
  }
}

function runGit(cwd: string, args: readonly string[], input?: string | Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['-c', 'safe.directory=*', ...args], {
      cwd,
      env: { ...process.env, ...gitEnvironment },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    const output: Buffer[] = []
    const errors: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk))
    child.on('error', reject)
    child.stdin.on('error', () => {})
    child.stdin.end(input)
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output))
      else reject(new Error(`git ${args[0]}: ${Buffer.concat(errors).toString().trim()}`))
    })
  })
}
