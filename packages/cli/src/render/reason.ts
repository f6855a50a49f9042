/**
 * The words of every reason. A phrase is a list of parts, ours and quoted facts, so that each medium (terminal,
 * markdown, page) can escape or mark the facts in its own way.
 */
import { firstWords, type Change, type Reason, type ReleasePlan } from '@topsail/core'

/** A text is ours; a fact comes from the repository and is not to be trusted. */
export type Part = string | { readonly fact: string }
export type Phrase = readonly Part[]

export function reasonPhrase(reason: Reason, changes: ReadonlyMap<string, Change>): Phrase {
  switch (reason.kind) {
    case 'change': {
      const change = changes.get(reason.change)
      return change === undefined ? [{ fact: reason.change }] : changePhrase(change)
    }
    case 'out-of-range':
      return [
        { fact: reason.dependency },
        ' ',
        { fact: reason.next },
        ' leaves ',
        { fact: reason.range },
        inField(reason.field),
      ]
    case 'always':
      return [
        { fact: reason.dependency },
        ' ',
        { fact: reason.next },
        ' is released, and dependents always follow',
        inField(reason.field),
      ]
    case 'fixed-group':
      return ['fixed with ', { fact: reason.leader }]
    case 'linked-group':
      return ['linked with ', { fact: reason.leader }]
    case 'pre-exit':
      return ['leaves the prerelease ', { fact: reason.from }]
    case 'snapshot':
      return ['snapshot release']
    case 'first-release':
      return ['first release']
    case 'override':
      return ['asked for by ', { fact: reason.by }]
    case 'zero-major':
      return [`a ${reason.asked} of a 0.x version is a ${reason.given}`]
    case 'capped':
      return [`held at ${reason.cap} where ${reason.asked} was asked for`]
    case 'burned':
      return [{ fact: reason.of }, ' ', { fact: reason.version }, ' was rolled back, and no version is given twice']
  }
}

/** `brave-cats: Drop the pool`, `89abcde feat(log): levels by module`. */
export function changePhrase(change: Change): Phrase {
  switch (change.kind) {
    case 'changeset':
      return [{ fact: change.id.replace(/^changeset:/, '') }, ': ', { fact: firstWords(change.summary) }]
    case 'commit':
      return [{ fact: change.commit.slice(0, 7) }, ' ', { fact: commitHeader(change) }]
    case 'override':
      return [{ fact: change.by }, ': ', { fact: firstWords(change.summary) }]
  }
}

export function changesById(plan: Pick<ReleasePlan, 'changes'>): ReadonlyMap<string, Change> {
  const changes = new Map<string, Change>()
  for (const change of plan.changes) changes.set(change.id, change)
  return changes
}

export function plainText(phrase: Phrase): string {
  let text = ''
  for (const part of phrase) text += typeof part === 'string' ? part : part.fact
  return text
}

function commitHeader(change: Extract<Change, { kind: 'commit' }>): string {
  const scope = change.scope === undefined ? '' : `(${change.scope})`
  const head = `${change.type}${scope}${change.breaking ? '!' : ''}: `
  return change.type === '' ? firstWords(change.summary) : `${head}${firstWords(change.summary)}`
}

function inField(field: string): string {
  return field === 'dependencies' ? '' : ` (${field})`
}
