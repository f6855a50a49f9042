import { expect, test } from 'vitest'
import { readScenario } from './scenario.ts'

test.each([
  ['db', 1],
  ['db 1.0.0 secret', 1],
  ['db 1.0.0 -> api', 1],
  ['db 1.0.0\n--- nonsense', 2],
  ['db 1.0.0\n--- settings\ncolour blue', 3],
  ['db 1.0.0\n--- settings\nrules changesets@9', 3],
  ['db 1.0.0\n--- changesets\na db huge', 3],
  ['db 1.0.0\n--- commits\nfix: x', 3],
  ['db 1.0.0\n--- pre', 2],
  ['db 1.0.0\n--- pre beta\nwhatever x', 3],
  ['db 1.0.0\n--- catalogs\ndefault db', 3],
])('%j is refused at line %i', (text, line) => {
  expect(() => readScenario(text)).toThrow(`scenario, line ${line}:`)
})
