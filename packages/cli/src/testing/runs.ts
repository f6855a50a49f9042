/** How often a property is tried: few times by default, `TOPSAIL_RUNS=2000` for the long run. */
export function runs(usual: number): { numRuns: number } {
  const asked = Number(process.env['TOPSAIL_RUNS'])
  return { numRuns: Number.isSafeInteger(asked) && asked > 0 ? asked : usual }
}
