import { defineConfig } from 'vitest/config'

/** `.ci/run` wants the counts in a file; a person wants the names. */
const report = process.env['TOPSAIL_TEST_REPORT']

export default defineConfig({
  test: {
    include: ['{packages,services}/*/{src,e2e}/**/*.{test,props}.ts', 'tools/*/src/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: report ? ['default', ['json', { outputFile: report }]] : ['default'],
  },
})
