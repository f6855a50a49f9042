/**
 * Branches, and commits made through the forge, which signs them when no author is given. A branch is created and
 * forwarded atomically by GitHub; for a move aside the head is compared first.
 */
import type { Sha } from '@topsail/core'
import type { CommitEdit, CommitRequest, Forge, ForgeAnswer, ForgeFailure } from './forge.ts'
import type { GithubApi } from './github-api.ts'
import { commitShape, objectShape, refShape } from './github-shapes.ts'

export function branchesOf(api: GithubApi, repo: string): Pick<Forge, 'branchHead' | 'commitFiles' | 'moveBranch'> {
  const branchHead: Forge['branchHead'] = async (branch) => {
    const path = `${repo}/git/ref/${refPath(branch)}`
    const answer = await api.find(refShape, { method: 'GET', path })
    return answer.ok ? { ok: true, value: answer.value?.object.sha } : answer
  }
  const moveBranch: Forge['moveBranch'] = async (branch, expected, next) => {
    const conflict = conflictAt(`the branch ${branch}`)
    if (expected === undefined) return next === undefined ? done : create(api, repo, branch, next, conflict)
    const head = await branchHead(branch)
    if (!head.ok) return head
    if (head.value === next) return done
    if (head.value !== expected) return conflict
    const path = `${repo}/git/refs/${refPath(branch)}`
    const moved =
      next === undefined
        ? await api.call({ method: 'DELETE', path })
        : await api.call({ method: 'PATCH', path, body: { sha: next, force: true } })
    if (moved.ok || next !== undefined) return moved.ok ? done : moved
    // Deleted all the same, by a request whose answer was lost.
    const left = await branchHead(branch)
    return left.ok && left.value === undefined ? done : moved
  }
  return {
    branchHead,
    moveBranch,
    async commitFiles(request) {
      const commit = await commitOn(api, repo, request)
      if (!commit.ok) return commit
      const moved = await moveBranch(request.branch, request.expected, commit.value)
      return moved.ok ? { ok: true, value: { sha: commit.value } } : moved
    },
  }
}

const done = { ok: true, value: undefined } as const

function conflictAt(what: string): ForgeFailure {
  return { ok: false, why: 'conflict', doing: `move ${what}`, detail: 'it is not where it was' }
}

async function create(
  api: GithubApi,
  repo: string,
  branch: string,
  sha: Sha,
  conflict: ForgeFailure,
): Promise<ForgeAnswer<undefined>> {
  const body = { ref: `refs/heads/${branch}`, sha }
  const made = await api.call({ method: 'POST', path: `${repo}/git/refs`, body })
  if (made.ok) return done
  if (made.why !== 'invalid') return made
  // There already: by a request of ours whose answer was lost, or by somebody else.
  const there = await api.find(refShape, { method: 'GET', path: `${repo}/git/ref/${refPath(branch)}` })
  if (!there.ok) return there
  if (there.value === undefined) return made
  return there.value.object.sha === sha ? done : conflict
}

async function commitOn(api: GithubApi, repo: string, request: CommitRequest): Promise<ForgeAnswer<Sha>> {
  const { parent, message, edits } = request
  const path = `${repo}/git/commits/${encodeURIComponent(parent)}`
  const before = await api.read(commitShape, { method: 'GET', path })
  if (!before.ok) return before
  const entries: object[] = []
  for (const edit of edits) {
    const entry = await treeEntry(api, repo, edit)
    if (!entry.ok) return entry
    entries.push(entry.value)
  }
  const body = { base_tree: before.value.tree.sha, tree: entries }
  const tree = await api.read(objectShape, { method: 'POST', path: `${repo}/git/trees`, body })
  if (!tree.ok) return tree
  const made = await api.read(objectShape, {
    method: 'POST',
    path: `${repo}/git/commits`,
    body: { message, tree: tree.value.sha, parents: [parent] },
  })
  return made.ok ? { ok: true, value: made.value.sha } : made
}

async function treeEntry(api: GithubApi, repo: string, edit: CommitEdit): Promise<ForgeAnswer<object>> {
  const { path, content } = edit
  const entry = { path, mode: edit.executable === true ? '100755' : '100644', type: 'blob' }
  if (content === null) return { ok: true, value: { ...entry, sha: null } }
  if (typeof content === 'string') return { ok: true, value: { ...entry, content } }
  const body = { content: Buffer.from(content).toString('base64'), encoding: 'base64' }
  const blob = await api.read(objectShape, { method: 'POST', path: `${repo}/git/blobs`, body })
  return blob.ok ? { ok: true, value: { ...entry, sha: blob.value.sha } } : blob
}

function refPath(branch: string): string {
  return `heads/${branch.split('/').map(encodeURIComponent).join('/')}`
}
