/**
 * What people of the generated monorepo are called and what they write: commit messages by type, with scopes, pull
 * request numbers, bodies, breaking marks, reverts and the occasional message that follows no convention.
 */
import type { Author } from './repository.ts'
import type { FleetPackage } from './shape.ts'
import type { Random } from './random.ts'

const people = listOf(
  'Ada Morgan, Bao Nguyen, Carla Rossi, Dmitri Volkov, Elif Kaya, Femi Adeyemi, Greta Lind, Hiro Tanaka, ' +
    'Ines Duarte, Jonas Weber, Kofi Mensah, Lucía Pardo, Maya Singh, Noor Haddad, Olga Novak, Priya Raman, ' +
    'Quinn Doyle, Rafael Costa, Søren Holm, Tess Walker',
)

export function drawAuthor(random: Random): Author {
  const name = random.pick(people)
  const handle = name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z ]/g, '')
    .toLowerCase()
    .replaceAll(' ', '.')
  return { name, email: `${handle}@acme.example` }
}

const types = listOf('feat, feat, feat, fix, fix, fix, fix, chore, chore, refactor, docs, test, perf, ci, build, style')
const verbs = listOf(
  'accept, validate, cache, log, retry, return, store, drop, rename, split, batch, sort, limit, measure, ' +
    'guard, describe, simplify',
)
const objects = listOf(
  'partial refunds, empty carts, currency codes, the retry budget, stale sessions, time zones, ' +
    'duplicate events, page tokens, the address form, late deliveries, rounding errors, idempotency keys, ' +
    'rate limits, webhook signatures, long names, missing headers, bulk uploads',
)

export type DrawnMessage = { readonly summary: string; readonly message: string }
export type DrawnBump = 'major' | 'minor' | 'patch'

/** A message for work on these packages; where a changeset says the bump, one that agrees with it. */
export function drawMessage(
  packages: readonly [FleetPackage, ...FleetPackage[]],
  number: number,
  random: Random,
  bump?: DrawnBump,
): DrawnMessage {
  const summary = `${random.pick(verbs)} ${random.pick(objects)}`
  if (bump === undefined && random.chance(0.03)) {
    return { summary, message: `${summary} ${random.pick(['wip', '(again)', '!!'])}\n` }
  }
  const type = bump === undefined ? random.pick(types) : bump === 'patch' ? 'fix' : 'feat'
  const mayBreak = bump === undefined && (type === 'feat' || type === 'fix')
  const breaking = bump === 'major' || (mayBreak && random.chance(0.02))
  const header = `${type}${scopeOf(packages, random)}${breaking ? '!' : ''}: ${summary} (#${number})`
  return { summary, message: `${header}\n${bodyOf(breaking, random)}` }
}

export function drawBump(random: Random): DrawnBump {
  const draw = random.next()
  if (draw < 0.08) return 'major'
  return draw < 0.4 ? 'minor' : 'patch'
}

function scopeOf(packages: readonly [FleetPackage, ...FleetPackage[]], random: Random): string {
  if (random.chance(0.15)) return ''
  if (random.chance(0.05)) return `(${packages[0].name})`
  return `(${packages.map((pkg) => pkg.shortName).join(', ')})`
}

function bodyOf(breaking: boolean, random: Random): string {
  const paragraphs: string[] = []
  if (random.chance(0.3)) {
    paragraphs.push(
      `Support asked for it: ${random.pick(objects)} were hard to explain\nto customers, and ${random.pick(objects)} hid the cause.`,
    )
  }
  if (breaking && random.chance(0.5))
    paragraphs.push(`BREAKING CHANGE: callers have to ${random.pick(verbs)} ${random.pick(objects)}.`)
  return paragraphs.map((paragraph) => `\n${paragraph}\n`).join('')
}

const adjectives = listOf(
  'brave, calm, early, fuzzy, green, happy, kind, late, loud, mild, neat, odd, plain, quick, rare, shy, tidy, ' +
    'warm, wise, young',
)
const animals = listOf(
  'cats, crabs, doves, eagles, foxes, geese, hares, koalas, lions, moles, newts, otters, pandas, quails, ' +
    'ravens, seals, tigers, voles, wolves, yaks',
)
const actions = listOf('dance, jump, listen, sail, sing, sleep, wait, wander')

/** A changeset id as `changeset add` would make one; the number keeps it unique. */
export function drawChangesetId(number: number, random: Random): string {
  return `${random.pick(adjectives)}-${random.pick(animals)}-${random.pick(actions)}-${number}`
}

function listOf(text: string): readonly [string, ...string[]] {
  const [first = '', ...rest] = text.split(', ')
  return [first, ...rest]
}
