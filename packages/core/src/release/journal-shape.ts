/**
 * What a record of a journal must look like before anything relies on it: a journal comes from a remote, and its sums
 * tell damage from a torn tail, not who wrote it.
 */
import {
  flag,
  kindOf,
  listOf,
  objectOf,
  optional,
  readShape,
  recordOf,
  text,
  textOrNull,
  wholeNumber,
  word,
  type Reader,
} from '../shape.ts'
import type { JournalEvent, JournalRecord } from './journal.ts'
import { promotions } from './promotion.ts'
import type { AnnouncedVersion, ForwardStep, PublishUnit, TagToMake, Undo } from './step.ts'

/** Undefined: it is one. Else where it is not, and what belongs there. */
export function misfitOf(record: unknown): string | undefined {
  const [first] = [...readShape(numbered, record).misfits, ...readShape(event, record).misfits]
  return first === undefined ? undefined : `${first.at === '' ? 'the record' : first.at} should be ${first.wanted}`
}

const numbered = objectOf<Pick<JournalRecord, 'v' | 'n' | 'at' | 'fence'>>({
  v: wholeNumber as Reader<1>,
  n: wholeNumber,
  at: text,
  fence: wholeNumber,
})

const undo = kindOf<Undo>({
  exact: objectOf({
    kind: word(['exact']),
    by: word(['forget', 'reject', 'dist-tag', 'delete-tags', 'delete-remote-tags']),
  }),
  compensating: objectOf({ kind: word(['compensating']), by: word(['deprecate', 'retract', 'withdraw']) }),
  none: objectOf({ kind: word(['none']) }),
})

const isTrue: Reader<true | undefined> = (value, at, misfit) => {
  if (value !== undefined && value !== true) misfit({ at, wanted: 'true, or nothing' })
  return value as true | undefined
}

const any = { id: text, needs: listOf(text), after: listOf(text), undo }
const version = { name: text, version: text }
const place = { ...version, registry: text }
const access = optional(word(['public', 'restricted']))
const target = { registry: text, distTag: text, access, was: textOrNull, first: flag, retracts: isTrue }
const tags = listOf(objectOf<TagToMake>({ ...version, tag: text, commit: text }))

const step = kindOf<ForwardStep>({
  pack: objectOf({ ...any, ...version, kind: word(['pack']), dir: text }),
  check: objectOf({ ...any, kind: word(['check']) }),
  upload: objectOf({ ...any, ...version, ...target, kind: word(['upload']), staged: isTrue }),
  confirm: objectOf({ ...any, ...place, kind: word(['confirm']), staged: isTrue }),
  gate: objectOf({ ...any, kind: word(['gate']), staged: isTrue }),
  promote: objectOf({ ...any, ...place, kind: word(['promote']), distTag: text, was: textOrNull, staged: isTrue }),
  unmark: objectOf({ ...any, ...place, kind: word(['unmark']), distTag: text }),
  tag: objectOf({ ...any, kind: word(['tag']), tags }),
  push: objectOf({ ...any, kind: word(['push']), tags }),
  announce: objectOf({ ...any, kind: word(['announce']), versions: listOf(objectOf<AnnouncedVersion>(version)) }),
})

const unit = objectOf<PublishUnit>({
  ...version,
  dir: text,
  needs: listOf(text),
  upload: optional(objectOf<NonNullable<PublishUnit['upload']>>(target)),
  tag: optional(objectOf<NonNullable<PublishUnit['tag']>>({ name: text, commit: text, make: flag, push: flag })),
})

const event = kindOf<JournalEvent>({
  opened: objectOf({
    kind: word(['opened']),
    release: text,
    commit: textOrNull,
    promotion: word(promotions),
    units: listOf(unit),
    steps: listOf(step),
    integrities: recordOf(text),
  }),
  continued: objectOf({ kind: word(['continued']), holder: text }),
  repacked: objectOf({ kind: word(['repacked']), step: text, integrity: text }),
  intent: objectOf({ kind: word(['intent']), step: text, evidence: recordOf(textOrNull) }),
  outcome: objectOf({
    kind: word(['outcome']),
    step: text,
    outcome: word(['done', 'failed', 'refused']),
    detail: textOrNull,
  }),
  'turned-back': objectOf({ kind: word(['turned-back']), unpublish: flag }),
  'undo-intent': objectOf({ kind: word(['undo-intent']), step: text }),
  'undo-outcome': objectOf({
    kind: word(['undo-outcome']),
    step: text,
    outcome: word(['undone', 'left', 'failed']),
    detail: textOrNull,
  }),
  closed: objectOf({ kind: word(['closed']), as: word(['finished', 'rolled-back']) }),
})
