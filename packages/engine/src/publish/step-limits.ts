/**
 * How much may be under way at once: what a person asked for, or else as much as is answered well.
 */
import { availableParallelism } from 'node:os'
import type { LimitRange } from '@topsail/core'
import type { StepLimits } from './drive.ts'

export function rangeOf(concurrency: number | undefined): LimitRange {
  return concurrency === undefined ? { from: 16, most: 64 } : { from: concurrency, most: concurrency }
}

export function limitsFor(uploads: LimitRange): StepLimits {
  // A dist-tag is a few bytes.
  const tags = { from: uploads.from * 2, most: Math.max(uploads.most, uploads.from * 2) }
  return {
    pack: packing,
    check: 1,
    upload: uploads,
    confirm: uploads.most,
    gate: 1,
    promote: tags,
    unmark: tags,
    tag: 1,
    push: 1,
    announce: 1,
    undo: uploads,
    revert: 1,
  }
}

/** Half of packing is waiting for files; scripts that build leave no more room than that. */
const packing = 2 * Math.max(2, availableParallelism())

/** Reading costs a registry little. */
export function readsAtOnce(uploads: LimitRange): LimitRange {
  return { from: uploads.from * 5, most: socketsFor(uploads) }
}

/** Confirming takes two requests, which must not wait behind uploads. */
export function socketsFor({ from, most }: LimitRange): number {
  return Math.max(from * 5, from === most ? 0 : most * 3)
}
