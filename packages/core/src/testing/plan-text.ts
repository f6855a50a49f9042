/** A plan as the lines a scenario expects: releases with their reasons, rewritten ranges, order and problem codes. */
import type { Reason, ReleasePlan } from '../release-plan.ts'

/**
 *     db 2.0.0 -> 3.0.0 major: brave-cats
 *     api 2.1.3 -> 2.1.4 patch: db 3.0.0 leaves ^2.0.0
 */
export function releaseLines(plan: ReleasePlan): readonly string[] {
  return plan.releases.map(({ name, from, to, bump, reasons }) => {
    return `${name} ${from} -> ${to} ${bump}: ${reasons.map(reasonText).join('; ')}`
  })
}

/** `api dependencies db ^2.0.0 -> ^3.0.0`, of releases and of packages that only have ranges rewritten. */
export function rangeLines(plan: ReleasePlan): readonly string[] {
  const owners = [...plan.releases, ...plan.rewrites].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  return owners.flatMap(({ name, rangeEdits }) =>
    rangeEdits.map(({ field, dependency, from, to }) => `${name} ${field} ${dependency} ${from} -> ${to}`),
  )
}

export function problemCodes(plan: ReleasePlan): readonly string[] {
  return plan.problems.map(({ code }) => code)
}

/** Lines as a person writes them in a test: indented, aligned, with blank lines around. */
export function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '')
}

function reasonText(reason: Reason): string {
  switch (reason.kind) {
    case 'change':
      return reason.change.replace(/^changeset:/, '')
    case 'out-of-range':
      return `${reason.dependency} ${reason.next} ${reason.superseded === true ? 'once left' : 'leaves'} ${reason.range}${inField(reason)}`
    case 'always':
      return `${reason.dependency} ${reason.next} is released${inField(reason)}`
    case 'fixed-group':
    case 'linked-group':
      return `${reason.kind === 'fixed-group' ? 'fixed' : 'linked'} with ${reason.leader}`
    case 'pre-exit':
      return `leaves ${reason.from}`
    case 'snapshot':
    case 'first-release':
      return reason.kind
    case 'override':
      return `asked by ${reason.by}`
    case 'zero-major':
      return `${reason.asked} of 0.x is ${reason.given}`
    case 'capped':
      return `${reason.asked} capped at ${reason.cap}`
    case 'burned':
      return `${reason.of} ${reason.version} is burned`
  }
}

function inField({ field }: Extract<Reason, { field: string }>): string {
  return field === 'dependencies' ? '' : ` (${field.replace('Dependencies', '')})`
}
