import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { commandTable } from '../command-table.ts'
import { memoryContext } from '../context.ts'
import { commandsPage, leavesOf, type Leaf } from './commands-page.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))

let leaves: readonly Leaf[] = []
let page = ''
beforeAll(async () => {
  const { context } = memoryContext({ cwd: root })
  const commands = await Promise.all(commandTable.map(async ({ load }) => (await load())(context)))
  leaves = leavesOf(commands)
  page = commandsPage(commands)
})

test('docs/commands.md tells every command and option (`pnpm --filter topsail docs:commands` rewrites it)', async () => {
  await expect(page).toMatchFileSnapshot('../../../../docs/commands.md')
})

const documents = ['README.md', 'CONTRIBUTING.md', 'packages/cli/README.md', ...pagesBelow('docs')]

function pagesBelow(folder: string): readonly string[] {
  const names = readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
  return names.filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
}

/** Whole command lines, as they stand in code: `topsail ci pr --report FILE`; in a block behind `$` or `npx`. */
function commandLinesIn(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^(?:\$ |npx )topsail ([a-z].*)$/gm)]
  const spans = [...text.replaceAll(/```[\s\S]*?```/g, '').matchAll(/`(?:npx )?topsail\s+([a-z][^`]*)`/g)]
  return [...blocks, ...spans].map(([, line = '']) => line.replaceAll(/\s+/g, ' '))
}

test.each(documents)('%s names only commands and options that there are', (document) => {
  for (const line of commandLinesIn(readFileSync(`${root}${document}`, 'utf8'))) {
    const [words = ''] = line.split(/ #|\s2>|\s\|/)
    const named = leaves.filter(({ path }) => `${words} `.startsWith(`${path} `))
    const isGroup = leaves.some(({ path }) => path.startsWith(`${words} `))
    expect(named.length > 0 || isGroup, `${document}: topsail ${line}`).toBe(true)
    const known = named.flatMap(({ command }) => command.options.flatMap(({ short, long }) => [short, long]))
    for (const [, option = ''] of named.length === 0 ? [] : words.matchAll(/ (--?[a-z][a-z-]*)/g)) {
      expect([...known, '--help'], `${document}: topsail ${line}`).toContain(option)
    }
  }
})
