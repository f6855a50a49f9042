import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** `.ci/run` wants the counts in a file; a person wants the names. */
const report = process.env['TOPSAIL_TEST_REPORT']

export default defineConfig({
  test: {
    include: ['{packages,services}/*/{src,e2e}/**/*.{test,props}.ts', 'tools/*/src/**/*.test.ts'],
    // One more than there are cores: half of the time a test waits for git, a registry or a process of its own.
    maxWorkers: availableParallelism() + 1,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
})
