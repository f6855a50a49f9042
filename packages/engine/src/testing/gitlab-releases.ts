/** Releases and commit statuses of the test GitLab. */
import {
  created,
  type GitlabAsked,
  type GitlabReply,
  missing,
  ok,
  refused,
  type ReleaseRecord,
  type StatusRecord,
  userAnswer,
} from './gitlab-store.ts'

export function listReleases({ project, webUrl }: GitlabAsked): GitlabReply {
  return ok(project.releases.toReversed().map((release) => releaseAnswer(release, project.path, webUrl)))
}

export function getRelease({ project, params, webUrl }: GitlabAsked): GitlabReply {
  const release = project.releases.find(({ tag_name }) => tag_name === params['tag'])
  return release === undefined ? refused(404, '404 Not Found') : ok(releaseAnswer(release, project.path, webUrl))
}

export async function createRelease({ project, body, webUrl }: GitlabAsked): Promise<GitlabReply> {
  const { tag_name, ref, name, description } = body as Record<string, string | undefined>
  if (tag_name === undefined) return { status: 400, body: { error: 'tag_name is missing' } }
  if (project.releases.some((release) => release.tag_name === tag_name)) return refused(409, 'Release already exists')
  const tag = `refs/tags/${tag_name}`
  const at = await project.bare.git(['rev-parse', '--verify', '--quiet', tag]).catch(() => undefined)
  if (at === undefined) {
    if (ref === undefined) return refused(422, 'Ref is not specified')
    await project.bare.git(['update-ref', tag, ref])
  }
  const released_at = new Date().toISOString()
  const release: ReleaseRecord = { tag_name, released_at, name: name ?? tag_name, description: description ?? '' }
  project.releases.push(release)
  return created(releaseAnswer(release, project.path, webUrl))
}

export function updateRelease({ project, params, body, webUrl }: GitlabAsked): GitlabReply {
  const release = project.releases.find(({ tag_name }) => tag_name === params['tag'])
  if (release === undefined) return refused(404, '404 Not Found')
  if (typeof body['name'] === 'string') release.name = body['name']
  if (typeof body['description'] === 'string') release.description = body['description']
  return ok(releaseAnswer(release, project.path, webUrl))
}

function releaseAnswer({ tag_name, name, description, released_at }: ReleaseRecord, path: string, webUrl: string) {
  const self = `${webUrl}/${path}/-/releases/${encodeURIComponent(tag_name)}`
  return {
    tag_name,
    name,
    description,
    created_at: released_at,
    released_at,
    upcoming_release: false,
    _links: { self },
  }
}

export function listStatuses({ project, params, webUrl }: GitlabAsked): GitlabReply {
  const found = project.statuses.filter(({ sha }) => sha === params['sha'])
  return ok(found.map((status) => statusAnswer(status, webUrl)))
}

const transitions: Readonly<Record<string, string>> = {
  pending: 'enqueue',
  running: 'run',
  success: 'succeed',
  failed: 'drop',
  canceled: 'cancel',
}

/** A status is a state machine: into the state it has there is no way, and nothing of it changes. */
export async function postStatus({ project, params, body, token, webUrl }: GitlabAsked): Promise<GitlabReply> {
  const { state = '', name = 'default', description = null, target_url = null } = body as Record<string, string>
  const { sha = '' } = params
  const transition = transitions[state]
  if (transition === undefined) return { status: 400, body: { error: 'state does not have a valid value' } }
  const known = await project.bare.git(['cat-file', '-e', `${sha}^{commit}`]).then(
    () => true,
    () => false,
  )
  if (!known) return missing('Commit')
  if (description !== null && description.length > 255) {
    return refused(400, { description: ['is too long (maximum is 255 characters)'] })
  }
  const there = project.statuses.find((status) => status.sha === sha && status.name === name)
  if (there?.status === state) {
    const reason = `(Reason(s): Status cannot transition via "${transition}")`
    return refused(400, `Cannot transition status via :${transition} from :${state} ${reason}`)
  }
  if (there !== undefined) {
    Object.assign(there, { status: state, description, target_url })
    return created(statusAnswer(there, webUrl))
  }
  const id = project.statuses.length + 1
  const status: StatusRecord = { id, sha, name, author: token.user, status: state, description, target_url }
  project.statuses.push(status)
  return created(statusAnswer(status, webUrl))
}

function statusAnswer({ author, ...status }: StatusRecord, webUrl: string): object {
  return { ...status, ref: 'main', allow_failure: false, author: userAnswer(author, webUrl) }
}
