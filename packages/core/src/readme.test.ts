import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

test('the example of the README is run here', () => {
  const root = new URL('..', import.meta.url)
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readFileSync(new URL('README.md', root), 'utf8')) ?? []
  const args = ['--input-type=module-typescript', '--eval', code]
  expect(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }).split('\n')).toEqual([
    "[ 'api 1.0.0 -> 1.0.1', 'db 1.0.0 -> 2.0.0' ]",
    '[] topsail/plan@1',
    'dependency on db',
    '',
  ])
})
