/**
 * Reading JSON of unknown origin into a type, telling every place where it is not of that type. A reader returns the
 * value it was given, typed, or reports a path and what was wanted there; members it does not know pass unread, so that
 * a newer writer's additions are no error.
 */
export type Misfit = { readonly at: string; readonly wanted: string }

/** Calls `misfit` for each place that is wrong; the value returned is of use only when none was. */
export type Reader<T> = (value: unknown, at: string, misfit: (misfit: Misfit) => void) => T

export function readShape<T>(reader: Reader<T>, value: unknown): { value: T; misfits: readonly Misfit[] } {
  const misfits: Misfit[] = []
  const read = reader(value, '', (misfit) => {
    if (misfits.length < maxMisfits) misfits.push(misfit)
  })
  return { value: read, misfits }
}

export const text: Reader<string> = (value, at, misfit) => {
  if (typeof value !== 'string') misfit({ at, wanted: 'a text' })
  return value as string
}

export const flag: Reader<boolean> = (value, at, misfit) => {
  if (typeof value !== 'boolean') misfit({ at, wanted: 'true or false' })
  return value as boolean
}

export function word<const Word extends string>(words: readonly Word[]): Reader<Word> {
  return (value, at, misfit) => {
    if (!words.some((known) => known === value)) misfit({ at, wanted: `one of ${words.join(', ')}` })
    return value as Word
  }
}

export const wholeNumber: Reader<number> = (value, at, misfit) => {
  if (!Number.isSafeInteger(value)) misfit({ at, wanted: 'a whole number' })
  return value as number
}

export const textOrNull: Reader<string | null> = (value, at, misfit) =>
  value === null ? null : text(value, at, misfit)

export function listOf<T>(item: Reader<T>, least = 0): Reader<readonly T[]> {
  return (value, at, misfit) => {
    if (!Array.isArray(value)) misfit({ at, wanted: 'a list' })
    else if (value.length < least) misfit({ at, wanted: 'a list that is not empty' })
    else value.forEach((entry, index) => item(entry, `${at}[${index}]`, misfit))
    return value as readonly T[]
  }
}

export function recordOf<T>(item: Reader<T>): Reader<Readonly<Record<string, T>>> {
  return (value, at, misfit) => {
    if (!isRecord(value)) misfit({ at, wanted: 'an object' })
    else for (const [key, entry] of Object.entries(value)) item(entry, `${at}[${JSON.stringify(key)}]`, misfit)
    return value as Readonly<Record<string, T>>
  }
}

/** Readers of optional members accept `undefined` themselves: `optional(text)`. */
export function objectOf<T>(members: { readonly [Key in keyof T]-?: Reader<T[Key]> }): Reader<T> {
  const readers = Object.entries(members) as [string, Reader<unknown>][]
  return (value, at, misfit) => {
    if (!isRecord(value)) misfit({ at, wanted: 'an object' })
    else for (const [key, reader] of readers) reader(own(value, key), at === '' ? key : `${at}.${key}`, misfit)
    return value as T
  }
}

export function optional<T>(reader: Reader<T>): Reader<T | undefined> {
  return (value, at, misfit) => (value === undefined ? undefined : reader(value, at, misfit))
}

/** A union told apart by `kind`. */
export function kindOf<T extends { readonly kind: string }>(
  readers: Readonly<Record<T['kind'], Reader<T>>>,
): Reader<T> {
  const known = new Map<unknown, Reader<unknown>>(Object.entries(readers))
  return (value, at, misfit) => {
    const reader = isRecord(value) ? known.get(own(value, 'kind')) : undefined
    if (reader === undefined) misfit({ at, wanted: `an object whose kind is one of ${[...known.keys()].join(', ')}` })
    else reader(value, at, misfit)
    return value as T
  }
}

const maxMisfits = 20

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined
}
