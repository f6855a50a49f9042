/**
 * Runs checks one after the other and prints a line for each, with its findings below it.
 */
import { styleText } from 'node:util'
import type { Check } from './table.ts'
import { readRepository, repositoryRoot } from './source.ts'

export async function reportChecks(checks: readonly Check[]): Promise<boolean> {
  const repository = readRepository(repositoryRoot)
  let clean = true
  for (const check of checks) {
    const started = performance.now()
    const findings = await check.run(repository)
    const seconds = `${((performance.now() - started) / 1000).toFixed(1)} s`
    const mark = findings.length === 0 ? styleText('green', 'ok  ') : styleText('red', 'FAIL')
    console.log(`${mark} ${check.name.padEnd(14)} ${check.asks} ${styleText('dim', seconds)}`)
    for (const finding of findings) console.log(`       ${finding.replaceAll('\n', '\n       ')}`)
    if (findings.length > 0) clean = false
  }
  return clean
}
