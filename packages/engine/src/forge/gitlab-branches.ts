/**
 * Branches, and commits made through GitLab, which signs them where it is set up to. GitLab has no compare-and-swap: a
 * branch is created atomically, and a commit on top of a branch never loses another's; but a branch that is rebuilt or
 * deleted is compared first and written after, and one that is to lead elsewhere cannot be led there at all. Whoever
 * needs more than that pushes with `git push --force-with-lease`.
 */
import type { Sha } from '@topsail/core'
import type { CommitEdit, CommitRequest, Forge, ForgeAnswer, ForgeFailure } from './forge.ts'
import type { ForgeApi } from './forge-api.ts'
import { branchShape, commitShape } from './gitlab-shapes.ts'

type Branches = Pick<Forge, 'branchHead' | 'commitFiles' | 'moveBranch'>

export function branchesOf(api: ForgeApi, project: string): Branches {
  const branchPath = (branch: string): string => `${project}/repository/branches/${encodeURIComponent(branch)}`
  const find = (branch: string) => api.find(branchShape, { method: 'GET', path: branchPath(branch) })
  const branchHead: Branches['branchHead'] = async (branch) => {
    const answer = await find(branch)
    return answer.ok ? { ok: true, value: answer.value?.commit.id } : answer
  }
  const create = async (branch: string, ref: Sha): Promise<ForgeAnswer<undefined>> => {
    const path = `${project}/repository/branches`
    const made = await api.call({ method: 'POST', path, body: { branch, ref } })
    if (made.ok) return done
    if (made.why !== 'invalid') return made
    // There already: by a request of ours whose answer was lost, or by somebody else.
    const there = await branchHead(branch)
    if (!there.ok) return there
    if (there.value === undefined) return made
    return there.value === ref ? done : notThere(branch)
  }
  return {
    branchHead,
    async moveBranch(branch, expected, next) {
      if (expected === undefined) return next === undefined ? done : create(branch, next)
      const head = await branchHead(branch)
      if (!head.ok) return head
      if (head.value === next) return done
      if (head.value !== expected) return notThere(branch)
      if (next !== undefined) return immovable(branch)
      const deleted = await api.call({ method: 'DELETE', path: branchPath(branch) })
      return deleted.ok || deleted.why === 'not-found' ? done : deleted
    },
    async commitFiles(request) {
      const head = await branchHead(request.branch)
      if (!head.ok) return head
      if (head.value !== request.expected) return notThere(request.branch)
      const actions = await actionsFor(api, project, request)
      return actions.ok ? commit(api, project, request, actions.value) : actions
    },
  }
}

const done = { ok: true, value: undefined } as const

function notThere(branch: string): ForgeFailure {
  return { ok: false, why: 'conflict', doing: `move the branch ${branch}`, detail: 'it is not where it was' }
}

function immovable(branch: string): ForgeFailure {
  const detail = 'GitLab has no request that leads a branch to another commit; git push --force-with-lease does'
  return { ok: false, why: 'invalid', doing: `move the branch ${branch}`, detail }
}

/**
 * On top of the branch where that is its parent: nothing that came between is lost, and the answer tells whether
 * something did. Else the branch begins anew at the parent, which only `force` allows where it exists.
 */
async function commit(
  api: ForgeApi,
  project: string,
  { branch, expected, parent, message }: CommitRequest,
  actions: readonly object[],
): Promise<ForgeAnswer<{ readonly sha: Sha }>> {
  const onTop = expected === parent
  const beginning = onTop ? {} : { start_sha: parent, force: expected !== undefined }
  const made = await api.read(commitShape, {
    method: 'POST',
    path: `${project}/repository/commits`,
    body: { branch, commit_message: message, actions, stats: false, ...beginning },
    repeatable: false,
  })
  if (made.ok) {
    const isOurs = (made.value.parent_ids ?? [])[0] === parent
    return isOurs ? { ok: true, value: { sha: made.value.id } } : notThere(branch)
  }
  if (made.why !== 'invalid' && made.why !== 'unavailable') return made
  // Made all the same, and the answer was lost; or refused because the branch has come to be.
  const path = `${project}/repository/branches/${encodeURIComponent(branch)}`
  const now = await api.find(branchShape, { method: 'GET', path })
  if (!now.ok || now.value === undefined) return made
  const { id, message: said, parent_ids: parents } = now.value.commit
  if (parents?.[0] === parent && said?.trimEnd() === message.trimEnd()) return { ok: true, value: { sha: id } }
  return id === expected ? made : notThere(branch)
}

/** How many files are asked about at once. */
const atOnce = 6

/** GitLab wants to be told whether a file is new; what it last saw of a file is of no use, since `parent` is fixed. */
async function actionsFor(
  api: ForgeApi,
  project: string,
  { parent, edits }: CommitRequest,
): Promise<ForgeAnswer<readonly object[]>> {
  const actions: object[] = []
  for (let at = 0; at < edits.length; at += atOnce) {
    const some = edits.slice(at, at + atOnce)
    const found = await Promise.all(some.map(({ path }) => isThere(api, project, path, parent)))
    for (const [index, answer] of found.entries()) {
      const edit = some[index]
      if (!answer.ok) return answer
      if (edit !== undefined) actions.push(...actionsOf(edit, answer.value))
    }
  }
  return { ok: true, value: actions }
}

async function isThere(api: ForgeApi, project: string, file: string, ref: Sha): Promise<ForgeAnswer<boolean>> {
  const path = `${project}/repository/files/${encodeURIComponent(file)}`
  const answer = await api.call({ method: 'HEAD', path, query: { ref } })
  if (answer.ok) return { ok: true, value: true }
  return answer.why === 'not-found' ? { ok: true, value: false } : answer
}

function actionsOf({ path, content, executable }: CommitEdit, exists: boolean): readonly object[] {
  if (content === null) return exists ? [{ action: 'delete', file_path: path }] : []
  const isText = typeof content === 'string'
  const written = {
    action: exists ? 'update' : 'create',
    file_path: path,
    content: isText ? content : Buffer.from(content).toString('base64'),
    encoding: isText ? 'text' : 'base64',
  }
  const mode = { action: 'chmod', file_path: path, execute_filemode: executable === true }
  return executable === undefined ? [written] : [written, mode]
}
