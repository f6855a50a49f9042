/**
 * One commit message to what it says: conventional lines, reverts, the pull request. conventional-commits-parser
 * answers; this file only cuts the message, so that the library sees a header's first words and single lines that
 * may be notes, never a long text. So reading is linear, never throws, and nothing depends on how big a message is.
 */
import { CommitParser } from 'conventional-commits-parser'
import { commitPresetOf, type CommitPreset } from './commit-presets.ts'
import { readNxMessage, readReleasePleaseMessage } from './commit-dialects.ts'
import { cutSubject, linesOf, type Cut } from './message-lines.ts'
import type { Settings } from '../settings.ts'

/** One conventional line: the header, or a line of a squash body with what follows it. */
export type Statement = {
  readonly type: string
  readonly scope: string | undefined
  readonly breaking: boolean
  readonly summary: string
}

/** What a message says it takes back. A subject stands as it was quoted. */
export type RevertTarget =
  | { readonly kind: 'hash'; readonly hash: string }
  | { readonly kind: 'subject'; readonly subject: string }
  | { readonly kind: 'pull'; readonly pull: string }

export type Message = {
  /** The first line that is not blank. */
  readonly subject: string
  /** Empty when the message is not conventional. */
  readonly statements: readonly Statement[]
  readonly reverts: readonly RevertTarget[]
  /** The number of the pull or merge request that became this commit. */
  readonly pull: string | undefined
  /** The first line is git's or a forge's word for a merge. */
  readonly merge: boolean
  /** `Release-As: 2.0.0`, where the preset knows it. */
  readonly releaseAs: string | undefined
}

export type MessageReader = (text: string) => Message

/** A statement without its summary. */
export type PlainHead = Omit<Statement, 'summary'>

/** A message of one statement at most, that takes nothing back and is no merge: nearly every one. */
export type PlainMessage = {
  /** Undefined when the message is not conventional. */
  readonly head: PlainHead | undefined
  /** As it stands in the message. */
  readonly summary: string
  readonly hasPull: boolean
}

export type PlainReading = {
  /** What was read under one name need not be read again under it. */
  readonly name: string
  /** Undefined for a message that is not plain. */
  readonly read: (text: string) => PlainMessage | undefined
}

/** Raised whenever a message is read otherwise than before. */
const readingVersion = 1

export function plainReading(settings: Settings): PlainReading {
  const read = messageReader(commitPresetOf(settings), settings.commits.exclamationMark)
  return { name: readingName(settings), read: (text) => plainOf(read(text)) }
}

export function readingName(settings: Settings): string {
  const { dialect, types } = commitPresetOf(settings)
  const nested = dialect === 'conventional' ? Object.keys(types) : []
  return JSON.stringify([readingVersion, dialect, settings.commits.exclamationMark === true, nested])
}

function plainOf({ statements, reverts, pull, merge, releaseAs }: Message): PlainMessage | undefined {
  if (statements.length > 1 || reverts.length > 0 || merge || releaseAs !== undefined) return undefined
  const hasPull = pull !== undefined
  const [statement] = statements
  if (statement === undefined) return { head: undefined, summary: '', hasPull }
  const { type, scope, breaking, summary } = statement
  return { head: { type, scope, breaking }, summary, hasPull }
}

/** A reader keeps what it has learnt about header prefixes: make one for all commits of a history. */
export function messageReader(preset: CommitPreset, exclamationMark?: boolean): MessageReader {
  const conventional =
    preset.dialect === 'conventional'
      ? conventionalReader(true, Object.keys(preset.types))
      : conventionalReader(exclamationMark === true, [])
  return (text) => {
    const lines = cutSubject(text)
    const about = readMarks(lines.subject, lines.body)
    switch (preset.dialect) {
      case 'conventional':
        return { ...about, ...conventional(about.merge ? cutSubject(lines.body) : lines) }
      case 'angular':
        return { ...about, ...conventional(lines) }
      case 'nx':
        return { ...about, ...readNxMessage(lines.subject, lines.body) }
      case 'release-please':
        return { ...about, ...readReleasePleaseMessage(text) }
    }
  }
}

const mergeSubject = /^Merge(?:d)? (?:pull request|branch(?:es)?|remote-tracking branch(?:es)?|tag|commit|in) /
const pullOfMerge = /^Merge pull request #(\d{1,12})\b|^Merged PR (\d{1,12}):|\(pull request #(\d{1,12})\)/
const pullOfSquash = /\([#!](\d{1,12})\)$/
const pullOfBody = /^See merge request [^\s!]{0,300}!(\d{1,12})/m

function readMarks(subject: string, body: string): Omit<Message, 'statements'> {
  const head = subject.slice(0, longestHead)
  const merge = mergeSubject.test(head)
  const ofMerge = head.startsWith('Merge') ? pullOfMerge.exec(head) : null
  const pull =
    pullOfSquash.exec(subject.slice(-longestHead))?.[1] ??
    ofMerge?.[1] ??
    ofMerge?.[2] ??
    ofMerge?.[3] ??
    (body.includes('See merge request') ? pullOfBody.exec(body)?.[1] : undefined)
  return { subject, merge, pull, reverts: readReverts(subject, body), releaseAs: undefined }
}

const revertedHash = /\bThis reverts commits? ([0-9a-f]{7,64})\b/g
const revertedPull = /^Reverts [\w./-]{0,200}[#!](\d{1,12})\s*$/m
const quotedSubject = /^(Revert|Reapply) "(.*)"(?: \([#!]\d{1,12}\))?$/
const revertType = /^revert(?:\([^()]{0,200}\))?!?: +(.+)$/i

/** By hash before by pull request before by subject: the first kind that is there says it best. */
function readReverts(subject: string, body: string): readonly RevertTarget[] {
  const hashes = body.includes('This reverts commit')
    ? [...body.matchAll(revertedHash)].map((match): RevertTarget => ({ kind: 'hash', hash: match[1] ?? '' }))
    : []
  const first = subject.charCodeAt(0) | 32
  if (first !== 114) return hashes
  const quoted = quotedSubject.exec(subject)
  const named = quoted === null ? revertType.exec(subject)?.[1] : quoted[2]
  if (named === undefined || hashes.length > 0) return hashes
  const pull = quoted !== null && body.includes('Reverts ') ? revertedPull.exec(body)?.[1] : undefined
  const bySubject: RevertTarget = {
    kind: 'subject',
    subject: quoted?.[1] === 'Reapply' ? `Revert "${named}"` : withoutQuotes(named),
  }
  return pull === undefined ? [bySubject] : [{ kind: 'pull', pull }, bySubject]
}

function withoutQuotes(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}

/** Longer first words are prose. */
const longestHead = 512
/** A squash body with more conventional lines than this is generated; the rest of it changes no bump that matters. */
const mostStatements = 500

const headWords = /^[^\s():!]+(?:\([^\r\n]*?\))?!?:(?=[ \t])/
const azurePrefix = /^Merged PR \d{1,12}: /

/** A line of the body that begins with one of the nested types is a change of its own. */
function conventionalReader(exclamationMark: boolean, nestedTypes: readonly string[]) {
  const nestedHead = nestedTypes.length === 0 ? undefined : headOfTypes(nestedTypes)
  const heads = new Map<string, PlainHead | undefined>()
  const parser = new CommitParser({
    headerPattern: exclamationMark ? /^([^\s():!]+)(?:\((.*)\))?!?: (.*)$/ : /^(\w*)(?:\((.*)\))?: (.*)$/,
    ...(exclamationMark ? { breakingHeaderPattern: /^([^\s():!]+)(?:\((.*)\))?!: (.*)$/ } : {}),
    headerCorrespondence: ['type', 'scope', 'subject'],
    noteKeywords: exclamationMark ? ['BREAKING CHANGE', 'BREAKING-CHANGE'] : ['BREAKING CHANGE'],
    fieldPattern: /(?!)/,
  })

  function parsedHead(words: string): PlainHead | undefined {
    const { type, scope, notes } = parser.parse(`${words} x`)
    return type ? { type, scope: scope?.trim() || undefined, breaking: notes.length > 0 } : undefined
  }

  function headOf(words: string): PlainHead | undefined {
    if (heads.has(words)) return heads.get(words)
    const head = plainHead(words, exclamationMark) ?? parsedHead(words)
    if (heads.size < 100_000) heads.set(words, head)
    return head
  }

  function statementOf(line: string): Statement | undefined {
    const words = headWords.exec(line.slice(0, longestHead))?.[0]
    const head = words === undefined ? undefined : headOf(words)
    const summary = words === undefined ? '' : line.slice(words.length).trim()
    return head === undefined || summary === '' ? undefined : { ...head, summary }
  }

  function isNote(line: string): boolean {
    return parser.parse(`x: x\n\n${line.slice(0, longestHead)}`).notes.length > 0
  }

  return ({ subject, body }: Cut): { readonly statements: readonly Statement[] } => {
    const first = statementOf(subject.replace(azurePrefix, ''))
    const statements = first === undefined ? [] : [first]
    const mayNote = breakingWords.test(body)
    const mayNest = nestedHead !== undefined && nestedHead.test(body)
    if (!mayNote && !mayNest) return { statements }
    let unsaid = false
    for (const line of linesOf(body)) {
      const nested = mayNest && nestedHead.test(line) ? statementOf(line.replace(bullet, '')) : undefined
      if (nested !== undefined) {
        if (statements.length < mostStatements) statements.push(nested)
      } else if (mayNote && breakingLine.test(line) && isNote(line)) {
        const last = statements.pop()
        if (last === undefined) unsaid = true
        else statements.push({ ...last, breaking: true })
      }
    }
    if (unsaid && statements.length === 0) statements.push(brokenWithoutHeader(subject))
    return { statements }
  }
}

const plainWords = /^(\w+)(?:\(([\w@/.-]+(?:, ?[\w@/.-]+)*)\))?(!)?:$/

/** What nearly every header is, and the library would read alike: a workspace has thousands of scopes. */
function plainHead(words: string, exclamationMark: boolean): PlainHead | undefined {
  const [all, type = '', scope, mark] = plainWords.exec(words) ?? []
  if (all === undefined || (mark !== undefined && !exclamationMark)) return undefined
  return { type, scope, breaking: mark !== undefined }
}

/** The library finds the note whatever the header is; so does the bump. */
function brokenWithoutHeader(subject: string): Statement {
  return { type: '', scope: undefined, breaking: true, summary: subject }
}

const breakingWords = /breaking[ -]change:/i
const breakingLine = /^(?:\*\s{1,20})?breaking[ -]change:/i
const bullet = /^[ \t]{0,8}(?:[*+-][ \t]{1,8})?/

function headOfTypes(types: readonly string[]): RegExp {
  const names = types.map((type) => type.replace(/[^\w-]/g, '\\$&')).join('|')
  return new RegExp(`^[ \\t]{0,8}(?:[*+-][ \\t]{1,8})?(?:${names})(?:\\([^()\\r\\n]{0,200}\\))?!?:[ \\t]`, 'im')
}
