/** Merge requests of the test GitLab. */
import {
  created,
  type GitlabAsked,
  type GitlabProject,
  type GitlabReply,
  type MergeRequestRecord,
  missing,
  noteCommands,
  ok,
  refused,
  tipOf,
  userAnswer,
} from './gitlab-store.ts'

export async function listMergeRequests({ project, query, webUrl }: GitlabAsked): Promise<GitlabReply> {
  const state = query.get('state') ?? 'all'
  const branch = query.get('source_branch')
  const found = project.mergeRequests
    .filter((request) => state === 'all' || request.state === state)
    .filter((request) => branch === null || request.source_branch === branch)
    .toReversed()
  return ok(await Promise.all(found.map((request) => answerOf(project, request, webUrl))))
}

export async function getMergeRequest({ project, params, webUrl }: GitlabAsked): Promise<GitlabReply> {
  const request = project.mergeRequests.find(({ iid }) => String(iid) === params['iid'])
  if (request === undefined) return missing('Merge Request')
  return ok(await fullAnswer(project, request, webUrl))
}

export async function createMergeRequest(
  { project, body, token, webUrl }: GitlabAsked,
  into: GitlabProject = project,
): Promise<GitlabReply> {
  const { source_branch, target_branch, title, description } = body as Record<string, string | undefined>
  for (const [name, value] of Object.entries({ source_branch, target_branch, title })) {
    if (typeof value !== 'string' || value === '') return { status: 400, body: { error: `${name} is missing` } }
  }
  if (source_branch === undefined || target_branch === undefined || title === undefined) return missing('Branch')
  if ((await tipOf(project.bare, source_branch)) === undefined) {
    return refused(400, { source_branch: ['does not exist'] })
  }
  const open = into.mergeRequests.find(
    (request) =>
      request.state === 'opened' && request.source_branch === source_branch && request.target_branch === target_branch,
  )
  if (open !== undefined) {
    return refused(409, [`Another open merge request already exists for this source branch: !${open.iid}`])
  }
  const request: MergeRequestRecord = {
    iid: into.mergeRequests.length + 1,
    source: project,
    source_branch,
    target_branch,
    title,
    description: description ?? null,
    author: token.user,
    created_at: new Date().toISOString(),
    state: 'opened',
    merge_commit_sha: null,
    squash_commit_sha: null,
  }
  noteCommands(into, token.user, description ?? '')
  into.mergeRequests.push(request)
  return created(await fullAnswer(into, request, webUrl))
}

export async function updateMergeRequest({ project, params, body, token, webUrl }: GitlabAsked): Promise<GitlabReply> {
  const request = project.mergeRequests.find(({ iid }) => String(iid) === params['iid'])
  if (request === undefined) return missing('Merge Request')
  const { title, description, target_branch, state_event } = body as Record<string, string | undefined>
  if (title === '') return refused(400, { title: ["can't be blank"] })
  if (title !== undefined) request.title = title
  if (description !== undefined) {
    noteCommands(project, token.user, description)
    request.description = description
  }
  if (target_branch !== undefined) request.target_branch = target_branch
  if (state_event === 'close' && request.state === 'opened') {
    request.last = await endsOf(project, request)
    request.state = 'closed'
  }
  if (state_event === 'reopen' && request.state === 'closed') request.state = 'opened'
  return ok(await fullAnswer(project, request, webUrl))
}

export async function acceptMergeRequest({ project, params, body, webUrl }: GitlabAsked): Promise<GitlabReply> {
  const request = project.mergeRequests.find(({ iid }) => String(iid) === params['iid'])
  if (request === undefined) return missing('Merge Request')
  if (request.state !== 'opened') return refused(405, '405 Method Not Allowed')
  const { head, base } = await endsOf(project, request)
  await fetchHead(project, request)
  const { merge_method, squash_option } = project.settings
  const squash = squash_option === 'always' || (squash_option !== 'never' && body['squash'] === true)
  let tip: string | undefined = head
  if (squash) {
    const message = String(body['squash_commit_message'] ?? request.title)
    tip = await project.bare.merge(base, head, 'squash', message)
    request.squash_commit_sha = tip ?? null
  } else if (merge_method !== 'merge') tip = await project.bare.merge(base, head, 'rebase', '')
  if (tip !== undefined && merge_method === 'merge') {
    const message = `Merge branch '${request.source_branch}' into '${request.target_branch}'\n\n${request.title}\n\nSee merge request ${project.path}!${request.iid}`
    tip = await project.bare.merge(base, tip, 'merge', message)
    request.merge_commit_sha = tip ?? null
  }
  if (tip === undefined) return refused(406, 'Branch cannot be merged')
  await project.bare.git(['update-ref', `refs/heads/${request.target_branch}`, tip])
  request.last = { head: squash || merge_method === 'merge' ? head : tip, base }
  request.state = 'merged'
  return ok(await fullAnswer(project, request, webUrl))
}

/** Those that brought a commit, and those that are open with it. */
export async function mergeRequestsOfCommit({ project, params, webUrl }: GitlabAsked): Promise<GitlabReply> {
  const { sha = '' } = params
  const found: MergeRequestRecord[] = []
  for (const request of project.mergeRequests) {
    const { head, base } = await endsOf(project, request)
    await fetchHead(project, request)
    const commits = head === '' ? '' : await project.bare.git(['rev-list', head, `^${base}`])
    const made = [request.merge_commit_sha, request.squash_commit_sha, ...commits.split('\n')]
    if (made.includes(sha)) found.push(request)
  }
  return ok(await Promise.all(found.map((request) => answerOf(project, request, webUrl))))
}

/** The ref by which a merge request's head is fetched, wherever it comes from. */
export async function fetchHead(project: GitlabProject, request: MergeRequestRecord): Promise<void> {
  const { head } = await endsOf(project, request)
  if (head === '') return
  if (request.source !== project && request.state === 'opened') {
    await project.bare.git(['fetch', '--quiet', request.source.bare.folder, request.source_branch])
  }
  await project.bare.git(['update-ref', `refs/merge-requests/${request.iid}/head`, head])
}

async function endsOf(project: GitlabProject, request: MergeRequestRecord): Promise<{ head: string; base: string }> {
  if (request.last !== undefined && request.state !== 'opened') return request.last
  return {
    head: (await tipOf(request.source.bare, request.source_branch)) ?? '',
    base: (await tipOf(project.bare, request.target_branch)) ?? '',
  }
}

/** A list's entries say less than a single answer. */
async function answerOf(project: GitlabProject, request: MergeRequestRecord, webUrl: string) {
  const { head } = await endsOf(project, request)
  return {
    id: 1000 * project.id + request.iid,
    iid: request.iid,
    project_id: project.id,
    title: request.title,
    description: request.description,
    state: request.state,
    draft: /^(draft:|\[draft\]|\(draft\))/i.test(request.title),
    author: userAnswer(request.author, webUrl),
    source_branch: request.source_branch,
    target_branch: request.target_branch,
    source_project_id: request.source.id,
    target_project_id: project.id,
    sha: head === '' ? null : head,
    merge_commit_sha: request.merge_commit_sha,
    squash_commit_sha: request.squash_commit_sha,
    created_at: request.created_at,
    web_url: `${webUrl}/${project.path}/-/merge_requests/${request.iid}`,
  }
}

async function fullAnswer(project: GitlabProject, request: MergeRequestRecord, webUrl: string): Promise<object> {
  const { head, base } = await endsOf(project, request)
  await fetchHead(project, request)
  const fork = head === '' ? '' : await project.bare.git(['merge-base', base, head]).catch(() => base)
  const diff_refs = head === '' ? null : { base_sha: fork, head_sha: head, start_sha: base }
  return { ...(await answerOf(project, request, webUrl)), diff_refs }
}
