import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

/** Those that load little; the others read their arguments by the same function. */
const tools = join(import.meta.dirname, '../..')

test.each([
  ['replay/src/main.ts', 'pnpm replay'],
  ['bench/src/main.ts', 'pnpm bench'],
  ['bench/src/main.ts plan', 'pnpm bench plan'],
  ['fleet/src/main.ts', 'node tools/fleet/src/main.ts'],
  ['fleet/src/demo.ts', 'pnpm demo'],
  ['checks/src/check.ts', 'pnpm check'],
  ['checks/src/typecheck.ts', 'pnpm typecheck'],
])('%s says how it is used, and begins nothing with an option that it does not know', (command, usage) => {
  const [file = '', ...words] = command.split(' ')
  const run = (option: string) =>
    spawnSync(process.execPath, [join(tools, file), ...words, option], { encoding: 'utf8', timeout: 25_000 })
  const helped = run('--help')
  expect({ ...helped, stderr: helped.stderr }).toMatchObject({ status: 0, stderr: '' })
  expect(helped.stdout).toContain(`usage: ${usage}`)
  const wrong = run('--nonsense')
  expect(wrong).toMatchObject({ status: 2, stdout: '' })
  expect(wrong.stderr).toContain(`usage: ${usage}`)
  expect(wrong.stderr).not.toMatch(/^\s+at /m)
})
