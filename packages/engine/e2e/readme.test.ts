import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRepository, gitEnvironment, npmrcFor, startRegistry } from '../src/testing/index.ts'
import type { TestRegistry, TestRepository } from '../src/testing/index.ts'

let registry: TestRegistry
let repository: TestRepository
beforeAll(async () => {
  registry = await startRegistry()
  repository = await createRepository({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
    '.npmrc': npmrcFor(registry.url, registry.token),
    '.changeset/config.json': { baseBranch: 'main', access: 'public' },
    '.changeset/brave-cats.md': '---\n"@readme/db": minor\n---\n\nA pool.\n',
    'packages/db/package.json': { name: '@readme/db', version: '1.0.0' },
    'packages/api/package.json': { name: '@readme/api', version: '1.0.0', dependencies: { '@readme/db': '1.0.0' } },
  })
})
afterAll(async () => {
  await repository.close()
  await registry.close()
})

const root = new URL('..', import.meta.url)
const readme = readFileSync(new URL('README.md', root), 'utf8')
const examples = [...readme.matchAll(/^## (.+?)$[\s\S]*?```ts\n([\s\S]*?)```/gm)].map(([, title = '', code = '']) => ({
  title,
  code,
}))

/** What each example has to print. */
const prints: Readonly<Record<string, readonly string[]>> = {
  Plan: ["@readme/db 1.0.0 -> 1.1.0 [ 'change' ]", "@readme/api 1.0.0 -> 1.0.1 [ 'out-of-range' ]"],
  Read: ["npm [ '@readme/api', '@readme/db' ]", '[]', 'manifest', "[ 'MANIFEST_SECTION_INVALID' ]"],
  Version: ['written [', "'packages/db/CHANGELOG.md'", "'.changeset/brave-cats.md'"],
  Publish: ["'upload:@readme/db@1.1.0'", "published [ '@readme/api@1.0.1', '@readme/db@1.1.0' ]", 'tags ['],
  Afterwards: ['finished [', "'@readme/db is live'", 'topsail rollback', 'resumed 0', "what remains: [ 'version'"],
}

/** What people do in between. */
const before: Readonly<Record<string, () => Promise<unknown>>> = { Publish: () => repository.commit('chore: release') }

test('every example of the README is run here', () => {
  expect(examples.map(({ title }) => title)).toEqual(Object.keys(prints))
})

test.each(examples)('the example under "$title" does what it says', async ({ title, code }) => {
  await before[title]?.()
  const here = code.replaceAll("cwd: '.'", `cwd: ${JSON.stringify(repository.root)}`)
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '--eval', here], {
    cwd: root,
    env: { ...process.env, ...gitEnvironment, NO_COLOR: '1' },
  })
  for (const text of prints[title] ?? []) expect(stdout).toContain(text)
  expect(stdout).not.toContain(registry.token)
})
