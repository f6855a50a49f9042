import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** `.ci/run` wants the counts in a file; a person wants the names. */
const report = process.env['TOPSAIL_TEST_REPORT']

/** A hang ends in time all the same; a machine that is ten times slower, or busy with something else, is not one. */
const patience = { testTimeout: 120_000, hookTimeout: 120_000 }

/** Tests of what has no state and no outside may share a process, which halves their time. */
const together = [
  'packages/core/src/**/*.{test,props}.ts',
  'packages/cli/src/{page,render}/**/*.{test,props}.ts',
  'packages/engine/src/read/*.props.ts',
]

export default defineConfig({
  test: {
    // One more than there are cores: half of the time a test waits for git, a registry or a process of its own.
    maxWorkers: availableParallelism() + 1,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
    projects: [
      { test: { ...patience, name: 'together', include: together, isolate: false } },
      {
        test: {
          ...patience,
          name: 'apart',
          // Each start of a git copies what a process has in memory: these start thousands, and stay small.
          execArgv: ['--max-semi-space-size=4'],
          include: ['{packages,services}/*/{src,e2e}/**/*.{test,props}.ts', 'tools/*/src/**/*.test.ts'],
          exclude: [...together, '**/node_modules/**'],
          globalSetup: ['tools/bench/src/tests-setup.ts'],
        },
      },
    ],
  },
})
