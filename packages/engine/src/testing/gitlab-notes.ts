/** Notes of the test GitLab, on merge requests and issues. */
import {
  created,
  type GitlabAsked,
  type GitlabReply,
  missing,
  noteCommands,
  type NoteRecord,
  ok,
  refused,
  userAnswer,
} from './gitlab-store.ts'

const longestNote = 1_000_000

export function listNotes({ project, params, query, webUrl }: GitlabAsked): GitlabReply {
  if (!subjectExists({ project, params })) return missing('Noteable')
  const found = project.notes.filter(({ of }) => of === subjectOf(params))
  return ok((query.get('sort') === 'asc' ? found : found.toReversed()).map((note) => noteAnswer(note, webUrl)))
}

export function createNote({ project, params, body, token, webUrl }: GitlabAsked): GitlabReply {
  if (!subjectExists({ project, params })) return missing('Noteable')
  const text = body['body']
  if (typeof text !== 'string' || text.trim() === '') return refused(400, { note: ["can't be blank"] })
  if (text.length > longestNote) return refused(400, { note: ['is too long (maximum is 1000000 characters)'] })
  noteCommands(project, token.user, text)
  const note: NoteRecord = {
    id: project.notes.length + 301,
    of: subjectOf(params),
    author: token.user,
    created_at: new Date().toISOString(),
    system: false,
    body: text,
  }
  project.notes.push(note)
  return created(noteAnswer(note, webUrl))
}

export function updateNote({ project, params, body, token, webUrl }: GitlabAsked): GitlabReply {
  const note = project.notes.find(({ id, of }) => String(id) === params['note'] && of === subjectOf(params))
  if (note === undefined) return missing('Note')
  if (note.author.id !== token.user.id) return refused(403, '403 Forbidden')
  note.body = String(body['body'])
  noteCommands(project, token.user, note.body)
  return ok(noteAnswer(note, webUrl))
}

export function deleteNote({ project, params, token }: GitlabAsked): GitlabReply {
  const at = project.notes.findIndex(({ id, of }) => String(id) === params['note'] && of === subjectOf(params))
  const note = project.notes[at]
  if (note === undefined) return missing('Note')
  if (note.author.id !== token.user.id) return refused(403, '403 Forbidden')
  project.notes.splice(at, 1)
  return { status: 204 }
}

function subjectOf(params: GitlabAsked['params']): string {
  return `${params['noun']}/${params['iid']}`
}

/** Issues are made by being asked about; merge requests are not. */
function subjectExists({ project, params }: Pick<GitlabAsked, 'project' | 'params'>): boolean {
  if (params['noun'] === 'issues') return true
  return project.mergeRequests.some(({ iid }) => String(iid) === params['iid'])
}

function noteAnswer({ id, body, author, created_at, system, of }: NoteRecord, webUrl: string): object {
  const noteable_type = of.startsWith('issues') ? 'Issue' : 'MergeRequest'
  return {
    id,
    body,
    attachment: null,
    author: userAnswer(author, webUrl),
    created_at,
    updated_at: created_at,
    system,
    noteable_type,
    noteable_iid: Number(of.split('/')[1]),
    resolvable: false,
    confidential: false,
    internal: false,
  }
}
