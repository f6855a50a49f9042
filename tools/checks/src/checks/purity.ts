/**
 * Core decides from its arguments alone. The compiler keeps Node out of it; this keeps out what the language itself
 * offers: the clock, chance, and Node's modules by name.
 */
import { isTest, type SourceFile } from '../source.ts'
import type { Check } from '../table.ts'

export const purity: Check = {
  name: 'purity',
  asks: 'does core decide from its arguments alone?',
  run: ({ sources }) => sources.flatMap(impurities),
}

const impure = new Set(['Date.now', 'Math.random', 'performance.now', 'crypto.randomUUID', 'crypto.getRandomValues'])

export function impurities(file: SourceFile): readonly string[] {
  if (!file.path.startsWith('packages/core/src/') || isTest(file.path)) return []
  const sites = [
    ...file.imports.filter(({ what }) => what.startsWith('node:')),
    ...file.members.filter(({ what }) => impure.has(what)),
    ...file.bareNews.filter(({ what }) => what === 'Date').map((site) => ({ ...site, what: 'new Date()' })),
  ]
  return sites.map(({ what, line }) => `${file.path}:${line} uses ${what}`)
}
