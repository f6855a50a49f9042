/**
 * The compiler, once for each package with its own settings (core's has no Node at all) and once over everything,
 * tests and tools included.
 */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { findingsOf } from '../run.ts'
import type { Check } from '../table.ts'

export const types: Check = {
  name: 'types',
  asks: 'does everything compile?',
  run: async ({ root }) => {
    const found: string[] = []
    for (const project of projects(root)) found.push(...(await findingsOf('typescript', ['-p', project])))
    return found
  },
}

function projects(root: string): readonly string[] {
  const members = ['packages', 'services', 'tools'].flatMap((folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => join(folder, name)) : [],
  )
  // A page has settings of its own: it runs in a browser.
  const folders = members.flatMap((member) => [member, join(member, 'page')])
  return ['.', ...folders.filter((folder) => existsSync(join(root, folder, 'tsconfig.json')))]
}
