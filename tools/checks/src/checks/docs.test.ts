import { expect, test } from 'vitest'
import { missingFromPages } from './docs.ts'

const files = [
  { path: 'package.json', text: '{ "name": "root", "scripts": { "check": "" } }' },
  { path: 'packages/cli/package.json', text: '{ "name": "topsail", "scripts": { "docs:problems": "" } }' },
  { path: 'packages/cli/src/render/plan-table.ts', text: '' },
  { path: 'docs/other.md', text: '# Where it is: `topsail.json`\n\n## Twice\n\n## Twice\n' },
]
const missing = (text: string) => missingFromPages([...files, { path: 'docs/page.md', text }])

test('what is there may be named', () => {
  const text = [
    '[a](other.md) [b](other.md#where-it-is-topsailjson) [c](other.md#twice-1) [d](../packages/cli) [e](#here)',
    '# Here',
    '`packages/cli/src/render/plan-*.ts`, `packages/cli/src/`, `packages/**/*.ts`, `packages/cli/src/render/<name>.ts`',
    '`pnpm check`, `pnpm --filter topsail docs:problems`, `npx -y pnpm@12 check`, https://example.com [f](https://x.y)',
    '```\n[no link](nowhere.md)\n```',
  ]
  expect(missing(text.join('\n\n'))).toEqual([])
})

test.each([
  ['[a](nowhere.md)', 'links to nowhere.md: there is no such file'],
  ['[a](other.md#nowhere)', 'links to other.md#nowhere: there is no such heading'],
  ['`packages/cli/src/gone.ts`', 'names packages/cli/src/gone.ts: there is no such path'],
  ['`packages/cli/src/gone-*.ts`', 'names packages/cli/src/gone-*.ts: there is no such path'],
  ['`pnpm frobnicate`', 'names the script frobnicate: there is none'],
  ['`pnpm --filter topsail check`', 'names the script check of topsail: there is none'],
])('%s is named', (text, finding) => {
  expect(missing(text)).toEqual([`docs/page.md ${finding}`])
})
