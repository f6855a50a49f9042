/**
 * Adds up vitest's JSON report for `.ci/run`: what did not pass by name, and `N passed, N failed` as the last line.
 * A run passes when at least one test ran, none failed, and none was left out.
 */
import { readFileSync } from 'node:fs'

type Report = {
  readonly success: boolean
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}
export type Tally = { readonly passed: number; readonly failed: number; readonly complaints: readonly string[] }

if (import.meta.main) {
  const { passed, failed, complaints } = tally(readReport(process.argv[2] ?? ''))
  for (const complaint of complaints) console.log(complaint)
  console.log(`${passed} passed, ${failed} failed`)
  process.exitCode = complaints.length === 0 ? 0 : 1
}

export function tally(report: Report | undefined): Tally {
  if (report === undefined) return { passed: 0, failed: 0, complaints: ['there is no test report'] }
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  const passed = tests.filter(({ status }) => status === 'passed').length
  const failing = tests.filter(({ status }) => status === 'failed')
  const leftOut = tests.filter(({ status }) => status !== 'passed' && status !== 'failed')
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  const complaints = [
    ...failing.map(({ fullName }) => `failed: ${fullName}`),
    ...broken.map(({ name, message }) => `failed: ${name}: ${message}`),
    ...leftOut.map(({ fullName }) => `skipped: ${fullName}`),
    ...(passed + failing.length + broken.length === 0 ? ['no test ran'] : []),
  ]
  if (complaints.length === 0 && !report.success) complaints.push('the run failed although every test passed')
  return { passed, failed: failing.length + broken.length, complaints }
}

function readReport(path: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Report
  } catch {
    return undefined
  }
}
