/**
 * The shape of a configuration file, described once: the check of a user's file and the published JSON schema are both
 * derived from the same description, so they cannot disagree. Small on purpose: starting up must stay cheap.
 */
import { closestName, type Place, type Problem } from '@topsail/core'
import { lineAt } from './json-text.ts'
import { isRecord, own, type UnknownRecord } from './record.ts'

export type Shape = { readonly says?: string; readonly default?: unknown } & (
  | { readonly kind: 'flag' }
  | { readonly kind: 'text'; readonly pattern?: string; readonly wanted?: string }
  | { readonly kind: 'whole'; readonly least: number; readonly most: number }
  | { readonly kind: 'choice'; readonly of: readonly (string | boolean)[] }
  | { readonly kind: 'list'; readonly item: Shape }
  | { readonly kind: 'pair'; readonly items: readonly [Shape, Shape] }
  /** Any keys, one shape of value. */
  | { readonly kind: 'map'; readonly value: Shape }
  /** These keys and no others. */
  | { readonly kind: 'object'; readonly keys: Readonly<Record<string, Shape>> }
  | { readonly kind: 'either'; readonly shapes: readonly Shape[] }
  | { readonly kind: 'any' }
)

export type ConfigCheck = {
  readonly file: string
  readonly text: string
  /** What an unknown key is: an error in a file of our own, to be read in a file of another tool. */
  readonly unknownKey: 'error' | 'warning'
}

/** The value without the keys that are wrong, and a problem with its line for each of those. */
export function checkConfig(
  shape: Shape,
  value: unknown,
  check: ConfigCheck,
): { value: UnknownRecord; problems: Problem[] } {
  const problems: Problem[] = []
  const sound = soundPart(shape, value, [], check, problems)
  return { value: isRecord(sound) ? sound : {}, problems }
}

type Keys = readonly (string | number)[]

function soundPart(shape: Shape, value: unknown, keys: Keys, check: ConfigCheck, problems: Problem[]): unknown {
  if (shape.kind === 'object' && isRecord(value)) return soundObject(shape.keys, value, keys, check, problems)
  if (shape.kind === 'map' && isRecord(value)) {
    const entries = Object.entries(value).map(
      ([key, item]) => [key, soundPart(shape.value, item, [...keys, key], check, problems)] as const,
    )
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined))
  }
  if (shape.kind === 'list' && Array.isArray(value)) {
    return value
      .map((item: unknown, at) => soundPart(shape.item, item, [...keys, at], check, problems))
      .filter((item) => item !== undefined)
  }
  if (fits(shape, value)) return value
  const received = short(value)
  problems.push({
    code: 'CONFIG_VALUE_INVALID',
    severity: 'error',
    place: place(check, keys),
    key: keyOf(keys),
    wanted: wanted(shape),
    received,
  })
  return undefined
}

function soundObject(
  shapes: Readonly<Record<string, Shape>>,
  value: UnknownRecord,
  keys: Keys,
  check: ConfigCheck,
  problems: Problem[],
): UnknownRecord {
  const sound: [string, unknown][] = []
  for (const [key, item] of Object.entries(value)) {
    const shape = Object.hasOwn(shapes, key) ? shapes[key] : undefined
    if (shape === undefined) {
      if (check.unknownKey === 'warning' && commentKey.test(key)) continue
      const closest = closestName(key, Object.keys(shapes))
      const path = [...keys, key]
      problems.push({
        code: 'CONFIG_KEY_UNKNOWN',
        severity: check.unknownKey,
        place: place(check, path),
        key: keyOf(path),
        closest,
      })
      continue
    }
    const part = soundPart(shape, item, [...keys, key], check, problems)
    if (part !== undefined) sound.push([key, part])
  }
  return Object.fromEntries(sound)
}

/** How people write a comment where the format has none. */
const commentKey = /^(?:\/\/.*|[_$]*comments?)$/i

function fits(shape: Shape, value: unknown): boolean {
  switch (shape.kind) {
    case 'any':
      return true
    case 'flag':
      return typeof value === 'boolean'
    case 'text':
      return typeof value === 'string' && (shape.pattern === undefined || new RegExp(shape.pattern).test(value))
    case 'whole':
      return Number.isSafeInteger(value) && Number(value) >= shape.least && Number(value) <= shape.most
    case 'choice':
      return shape.of.some((one) => one === value)
    case 'list':
      return Array.isArray(value) && value.every((item) => fits(shape.item, item))
    case 'pair':
      return Array.isArray(value) && value.length === 2 && shape.items.every((item, at) => fits(item, value[at]))
    case 'map':
      return isRecord(value) && Object.values(value).every((item) => fits(shape.value, item))
    case 'object':
      return (
        isRecord(value) &&
        Object.keys(value).every(
          (key) => Object.hasOwn(shape.keys, key) && fits(shape.keys[key] ?? { kind: 'any' }, own(value, key)),
        )
      )
    case 'either':
      return shape.shapes.some((one) => fits(one, value))
  }
}

function wanted(shape: Shape): string {
  switch (shape.kind) {
    case 'any':
      return 'any value'
    case 'flag':
      return 'true or false'
    case 'text':
      return shape.wanted ?? 'a text'
    case 'whole':
      return `a whole number from ${shape.least} to ${shape.most}`
    case 'choice':
      return shape.of.map((one) => JSON.stringify(one)).join(' or ')
    case 'list':
      return `a list of: ${wanted(shape.item)}`
    case 'pair':
      return `a pair of ${wanted(shape.items[0])} and ${wanted(shape.items[1])}`
    case 'map':
    case 'object':
      return 'an object'
    case 'either':
      return shape.shapes.map(wanted).join(', or ')
  }
}

function place(check: ConfigCheck, keys: Keys): Place {
  return { file: check.file, line: lineAt(check.text, keys) }
}

function keyOf(keys: Keys): string {
  return keys.length === 0 ? '(the whole file)' : keys.join('.')
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
