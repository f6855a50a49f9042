/** Readers that answers of every forge have in common. */
import type { Reader } from '@topsail/core'

/** A number; Octokit reads whole numbers too large for a double as bigints. */
export const identifier: Reader<number | bigint> = (value, at, misfit) => {
  if (typeof value !== 'bigint' && !Number.isSafeInteger(value)) misfit({ at, wanted: 'a whole number' })
  return value as number | bigint
}

export function orNull<T>(reader: Reader<T>): Reader<T | null> {
  return (value, at, misfit) => (value === null || value === undefined ? null : reader(value, at, misfit))
}

export const sha: Reader<string> = (value, at, misfit) => {
  if (typeof value !== 'string' || !/^[0-9a-f]{40,64}$/.test(value)) misfit({ at, wanted: 'a commit hash' })
  return value as string
}
