/**
 * Whether a breaking change would still be seen after the merge. Squashing writes a new message, and a merge or a
 * rebase drops the title: for every way of merging that the repository allows, the messages it would leave are composed
 * as the forge does and read as any commit is. Only where commits count for the plan does any of it matter.
 */
import { commitPresetOf } from '../changes/commit-presets.ts'
import { messageReader, type MessageReader } from '../changes/commits.ts'
import type { Sha } from '../names.ts'
import type { Problem } from '../problem.ts'
import { defaultSettings, type CommitSettings } from '../settings.ts'
import type { MergeSettings } from './merge-settings.ts'

/** What a branch says by its commits, as far as it has to do with breaking changes. */
export type BranchCommits = {
  readonly total: number
  /** Those that say that they break something; oldest first. */
  readonly breaking: readonly { readonly commit: Sha; readonly message: string }[]
  /** How messages are read here. */
  readonly reading: Pick<CommitSettings, 'preset' | 'types' | 'exclamationMark'>
}

export type MergeTexts = {
  readonly number: number
  readonly title: string
  readonly body: string
  readonly branch: string
  readonly base: string
}

type MergeMethod = 'merge' | 'squash' | 'rebase'

export function mergeLosses(settings: MergeSettings, texts: MergeTexts, commits: BranchCommits): readonly Problem[] {
  const read = readerOf(commits.reading)
  const breaks = (message: string): boolean => read(message).statements.some(({ breaking }) => breaking)
  const titled = breaks(texts.title)
  const described = breaks(`${plainSubject}\n\n${texts.body}`)
  if (!titled && !described && commits.breaking.length === 0) return []
  const allowed = mergeMethods.filter((method) => settings[method])
  const losing = allowed.filter((method) => !messagesAfter[method](settings, texts, commits).some(breaks))
  if (losing.length === 0) return []
  return [
    {
      code: 'MERGE_LOSES_BREAKING',
      severity: 'warning',
      methods: losing,
      always: losing.length === allowed.length,
      said: commits.breaking.length > 0 ? 'commits' : titled ? 'title' : 'description',
      commits: commits.breaking.slice(0, 5).map(({ commit, message }) => ({ commit, subject: read(message).subject })),
    },
  ]
}

/** The commits of a branch that say that they break something. */
export function breakingAmong<Item extends { readonly message: string }>(
  commits: readonly Item[],
  reading: BranchCommits['reading'],
): readonly Item[] {
  const read = readerOf(reading)
  return commits.filter(({ message }) => read(message).statements.some(({ breaking }) => breaking))
}

const mergeMethods: readonly MergeMethod[] = ['merge', 'squash', 'rebase']

/** A footer counts only below a subject that is conventional itself, and a description is below a title. */
const plainSubject = 'chore: as described'

const messagesAfter: Readonly<
  Record<MergeMethod, (settings: MergeSettings, texts: MergeTexts, commits: BranchCommits) => readonly string[]>
> = {
  rebase: (_settings, _texts, { breaking }) => breaking.map(({ message }) => message),
  merge: (settings, texts, commits) => [mergeMessage(settings, texts, commits), ...messagesOf(commits)],
  squash: (settings, texts, commits) => [squashMessage(settings, texts, commits)],
}

function messagesOf({ breaking }: BranchCommits): readonly string[] {
  return breaking.map(({ message }) => message)
}

function readerOf(reading: BranchCommits['reading']): MessageReader {
  return messageReader(commitPresetOf({ ...defaultSettings, commits: reading }), reading.exclamationMark)
}

function mergeMessage(settings: MergeSettings, texts: MergeTexts, commits: BranchCommits): string {
  if (settings.templates !== undefined) return filled(settings.templates.merge, texts, commits)
  const said = settings.mergeMessage === 'title' ? texts.title : settings.mergeMessage === 'body' ? texts.body : ''
  return `Merge pull request #${texts.number} from ${texts.branch}\n\n${said}`
}

/** GitHub's: a title, and below it each commit's message as a point of a list, or the body of the only one. */
function squashMessage(settings: MergeSettings, texts: MergeTexts, commits: BranchCommits): string {
  if (settings.templates !== undefined) return filled(settings.templates.squash, texts, commits)
  const only = commits.total === 1 ? commits.breaking[0]?.message : undefined
  const [subject = '', ...rest] = (only ?? '').split('\n')
  const title = settings.squashTitle === 'commit-or-title' && only !== undefined ? subject : texts.title
  const below =
    settings.squashMessage === 'blank'
      ? ''
      : settings.squashMessage === 'body'
        ? texts.body
        : only === undefined
          ? listed(commits)
          : rest.join('\n').trim()
  return `${title} (#${texts.number})\n\n${below}`.trim()
}

function listed(commits: BranchCommits): string {
  return messagesOf(commits)
    .map((message) => `* ${message.trim()}`)
    .join('\n\n')
}

/** GitLab's placeholders; those that cannot hold a marker are left empty. */
function filled(template: string, texts: MergeTexts, commits: BranchCommits): string {
  const only = commits.total === 1 ? commits.breaking[0]?.message : undefined
  const long = commits.breaking.find(({ message }) => message.trim().includes('\n'))?.message
  const values: Readonly<Record<string, string | undefined>> = {
    title: texts.title,
    description: texts.body,
    source_branch: texts.branch,
    target_branch: texts.base,
    local_reference: `!${texts.number}`,
    reference: `!${texts.number}`,
    all_commits: listed(commits),
    first_commit: only ?? '',
    first_multiline_commit: long ?? texts.title,
    first_multiline_commit_description: long?.slice(long.indexOf('\n')).trim() ?? '',
  }
  return template.replace(/%\{([a-z_]{1,60})\}/g, (_, name: string) =>
    Object.hasOwn(values, name) ? (values[name] ?? '') : '',
  )
}
