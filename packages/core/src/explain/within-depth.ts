/** An explanation that can be read, and written as nested text, however long the way to its change is. */
import type { Cause, ReleaseExplanation } from './explain.ts'

/** Packages below each other. */
const deepest = 100

/** What lies deeper is referred to: the explanation of the last package that is named goes on there. */
export function withinDepth(explanation: ReleaseExplanation, depth = deepest): ReleaseExplanation {
  const [first, ...others] = explanation.causes
  return { ...explanation, causes: [cut(first, depth), ...others.map((cause) => cut(cause, depth))] }
}

function cut(cause: Cause, depth: number): Cause {
  if ((cause.kind !== 'dependency' && cause.kind !== 'group') || cause.because.kind !== 'released') return cause
  const { because } = cause
  if (depth === 1) return { ...cause, because: { kind: 'reference', name: because.name, further: true } }
  return { ...cause, because: withinDepth(because, depth - 1) }
}
