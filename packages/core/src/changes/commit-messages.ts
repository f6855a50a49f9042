/**
 * What the messages of a history say. Where an earlier run has kept it, no text is touched; else, and for the few
 * messages that say more than one line holds, the message is read when it is asked about.
 */
import type { CommitColumns } from './commit-columns.ts'
import { commitPresetOf } from './commit-presets.ts'
import {
  messageReader,
  readingName,
  type Message,
  type PlainHead,
  type RevertTarget,
  type Statement,
} from './commits.ts'
import type { CommitIndex } from './history.ts'
import { cutSubject } from './message-lines.ts'
import type { Settings } from '../settings.ts'

export type Messages = {
  readonly read: (index: CommitIndex) => Message
  readonly statements: (index: CommitIndex) => readonly Statement[]
  readonly subject: (index: CommitIndex) => string
  readonly hasPull: (index: CommitIndex) => boolean
  readonly reverts: (index: CommitIndex) => readonly RevertTarget[]
  /** The number of what a plain message says; -1 where it is not known to be plain. */
  readonly head: (index: CommitIndex) => number
  readonly heads: readonly (PlainHead | undefined)[]
  /** Of a plain message. */
  readonly summary: (index: CommitIndex) => string
}

export function messagesOf(commits: CommitColumns, settings: Settings): Messages {
  const read = remember(commits, messageReader(commitPresetOf(settings), settings.commits.exclamationMark))
  const said = commits.said?.reading === readingName(settings) ? commits.said : undefined
  const subject = (index: CommitIndex): string => cutSubject(commits.message(index)).subject
  const readReverts = (index: CommitIndex): readonly RevertTarget[] =>
    mayRevert(commits.message(index)) ? read(index).reverts : none
  if (said === undefined) {
    return {
      read,
      statements: (index) => read(index).statements,
      subject,
      hasPull: (index) => read(index).pull !== undefined,
      reverts: readReverts,
      head: () => -1,
      heads: none,
      summary: () => '',
    }
  }
  const { numbers, heads, summary, hasPull } = said
  const headOf = (index: CommitIndex): number => numbers[index] ?? -1
  return {
    read,
    statements: (index) => {
      const head = headOf(index)
      if (head < 0) return read(index).statements
      const about = heads[head]
      return about === undefined ? none : [{ ...about, summary: summary(index) }]
    },
    subject,
    hasPull: (index) => (headOf(index) < 0 ? read(index).pull !== undefined : hasPull(index)),
    reverts: (index) => (headOf(index) < 0 ? readReverts(index) : none),
    head: headOf,
    heads,
    summary,
  }
}

const none: readonly never[] = []

/** What is asked of a commit is asked at once, so the last message is enough to keep; keeping all is what would cost. */
function remember(commits: CommitColumns, reader: (text: string) => Message): (index: CommitIndex) => Message {
  let last: { readonly index: CommitIndex; readonly message: Message } | undefined
  return (index) => {
    if (last?.index !== index) last = { index, message: reader(commits.message(index)) }
    return last.message
  }
}

/** Cheap to ask of every commit; the message is read only where the answer is yes. */
function mayRevert(message: string): boolean {
  const first = message.charCodeAt(0)
  return first <= 32 || (first | 32) === 114 || message.includes('This reverts commit')
}
