/**
 * No test is left alone or left out in silence: `.only` and `.todo` never, `.skip` only under a comment that says why.
 * What a machine may lack is skipped by `skipIf`, which names the condition.
 */
import type { SourceFile } from '../source.ts'
import type { Check } from '../table.ts'

export const skipped: Check = {
  name: 'skipped',
  asks: 'does every test run?',
  run: ({ sources }) => sources.flatMap(silencedTests),
}

export function silencedTests(file: SourceFile): readonly string[] {
  const lines = file.text.split('\n')
  return file.members
    .filter(({ what }) => /^(test|it|describe|suite)\.(only|todo|skip)$/.test(what))
    .filter(({ what, line }) => !(what.endsWith('.skip') && lines[line - 2]?.trim().startsWith('//') === true))
    .map(({ what, line }) => `${file.path}:${line} uses ${what} without a reason above it`)
}
