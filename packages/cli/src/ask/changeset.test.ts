import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { memoryContext, type Environment } from '../context.ts'
import { makeWorkspace, manifest, type TestWorkspace } from '../testing/workspace.ts'
import { askChangeset, type Answer, type Asked } from './changeset.ts'

let shop: TestWorkspace
beforeEach(() => {
  shop = makeWorkspace({
    'package.json': manifest('shop', '0.0.0', { private: true }),
    'pnpm-workspace.yaml': 'packages:\n  - packages/*\n',
    '.changeset/config.json': `${JSON.stringify({ baseBranch: 'main', privatePackages: { version: true, tag: false } })}\n`,
    'topsail.json': '{ "sources": "both" }\n',
    'packages/api/package.json': manifest('@acme/api', '2.1.3'),
    'packages/db/package.json': manifest('@acme/db', '2.0.0'),
    'packages/web/package.json': manifest('@acme/web', '1.0.0', { private: true }),
  })
  shop.git('checkout', '--quiet', '-b', 'work')
})
afterEach(() => shop.remove())

const key = { enter: '\r', down: '\u001b[B', up: '\u001b[A', space: ' ', escape: '\u001b', interrupt: '\u0003' }

describe('topsail add, asked', () => {
  test('what the branch changed stands first and is marked; the bump starts from what the commits ask', async () => {
    shop.write({ 'packages/web/a.js': '1' })
    shop.commit('feat(web): a button')
    shop.write({ 'packages/web/b.js': '1' })
    shop.write({ '.changeset/other.md': '---\n"@acme/api": patch\n---\n\nx\n' })
    const talk = conversation()
    await talk.sees('Which packages')
    expect(talk.screen()).toMatch(
      /@acme\/web 1\.0\.0 · changed · private\n[^]*@acme\/api 2\.1\.3\n[^]*@acme\/db 2\.0\.0/,
    )
    talk.types(key.enter)
    await talk.sees('How big is it for @acme/web 1.0.0?')
    talk.types(key.enter)
    await talk.sees('What was done')
    expect(talk.screen()).toContain('a button')
    talk.types(key.enter)
    expect(await talk.answer).toEqual({
      releases: [{ name: '@acme/web', bump: 'minor' }],
      summary: 'a button',
      empty: false,
    })
  })

  test('every changed package is marked, wherever the cursor is', async () => {
    shop.write({ 'packages/web/a.js': '1', 'packages/db/a.js': '1' })
    shop.write({ '.changeset/other.md': '---\n"@acme/db": patch\n---\n\nx\n' })
    const talk = conversation()
    await talk.sees('2 of 3 packages changed')
    expect(talk.screen()).toMatch(/@acme\/web 1\.0\.0 · changed · private/)
    expect(talk.screen()).toMatch(/@acme\/db 2\.0\.0 · changed, has an answer/)
    talk.types(key.escape)
    expect(await talk.answer).toBeUndefined()
  })

  test('other packages, other bumps and other words can be chosen', async () => {
    const talk = conversation()
    await talk.sees('Which packages')
    talk.types(key.space, key.down, key.space, key.enter)
    await talk.sees('for @acme/api')
    talk.types(key.down, key.down, key.enter)
    await talk.sees('for @acme/db')
    talk.types(key.up, key.enter)
    await talk.sees('What was done')
    talk.types('Drop the pool', key.enter)
    expect(await talk.answer).toEqual({
      releases: [
        { name: '@acme/api', bump: 'major' },
        { name: '@acme/db', bump: 'none' },
      ],
      summary: 'Drop the pool',
      empty: false,
    })
  })

  test.each([
    ['at the packages', [], key.interrupt],
    ['at the packages', [], key.escape],
    ['at the bump', [['Which packages', key.space, key.enter]], key.interrupt],
    [
      'at the summary',
      [
        ['Which packages', key.space, key.enter],
        ['How big', key.enter],
      ],
      key.interrupt,
    ],
  ] as const)('leaving %s leaves without an answer', async (_, steps, leave) => {
    const talk = conversation()
    for (const [question, ...keys] of steps) {
      await talk.sees(question)
      talk.types(...keys)
    }
    await talk.sees(['Which packages', 'How big', 'What was done'][steps.length] ?? '')
    talk.types(leave)
    expect(await talk.answer).toBeUndefined()
    expect(shop.git('status', '--short')).toBe('')
  })

  test('an empty summary is asked for again', async () => {
    const talk = conversation({ releases: [{ name: '@acme/db', bump: 'patch' }] })
    await talk.sees('What was done')
    talk.types(key.enter)
    await talk.sees('A few words are needed.')
    talk.types('Words', key.enter)
    expect((await talk.answer)?.summary).toBe('Words')
  })

  test('with many packages chosen, two lists settle the bumps', async () => {
    const more = ['k', 'l', 'm'].map((name) => [`packages/${name}/package.json`, manifest(name, '1.0.0')] as const)
    shop.write(Object.fromEntries(more))
    const talk = conversation()
    await talk.sees('3 of 6 packages changed')
    talk.types(key.down, key.down, key.down, key.space, key.down, key.space, key.enter)
    await talk.sees('Which of them get a major?')
    talk.types(key.space, key.enter)
    await talk.sees('Which of them get a minor?')
    talk.types(key.space, key.enter)
    await talk.sees('What was done')
    talk.types('x', key.enter)
    const bumps = (await talk.answer)?.releases.map(({ name, bump }) => `${name} ${bump}`)
    expect(bumps).toEqual(['k major', 'l minor', 'm patch', '@acme/api patch', '@acme/db patch'])
  })

  test.skipIf(process.platform === 'win32')(
    'the editor takes over where the line is left empty, without a shell',
    async () => {
      const editor = join(shop.dir, 'editor.sh')
      writeFileSync(editor, '#!/bin/sh\nprintf "First\\n\\n- second %s\\n<!-- left out -->\\n" "$1" > "$2"\n')
      chmodSync(editor, 0o755)
      const talk = conversation({ releases: [{ name: '@acme/db', bump: 'patch' }] }, { EDITOR: `${editor} $(id)` })
      await talk.sees('What was done')
      talk.types(key.enter)
      expect((await talk.answer)?.summary).toBe('First\n\n- second $(id)')
    },
  )

  test('when the base cannot be told, it says so and asks all the same', async () => {
    const talk = conversation({ since: 'nowhere', message: 'x' })
    await talk.sees('"nowhere" names no commit in this clone.')
    await talk.sees('0 of 3 packages changed')
    talk.types(key.space, key.enter)
    await talk.sees('for @acme/api')
    talk.types(key.enter)
    expect(await talk.answer).toEqual({ releases: [{ name: '@acme/api', bump: 'patch' }], summary: 'x', empty: false })
  })
})

type Conversation = {
  readonly answer: Promise<Answer | undefined>
  readonly sees: (text: string) => Promise<void>
  readonly types: (...keys: readonly string[]) => void
  readonly screen: () => string
}

/** A person at a terminal made of two streams; `sees` looks only at what came since the last keys. */
function conversation(asked: Partial<Asked> = {}, env: Environment = {}): Conversation {
  const input = new PassThrough()
  let screen = ''
  let seen = 0
  const output = new Writable({
    write: (chunk, _, done) => {
      screen += stripVTControlCharacters(String(chunk))
      done()
    },
  })
  const { context } = memoryContext({ cwd: shop.dir, env })
  const whole: Asked = { cwd: shop.dir, since: undefined, releases: [], message: undefined, ...asked }
  const answer = askChangeset(whole, context, { input, output })
  return {
    answer,
    sees: async (text) => {
      for (const start = Date.now(); !screen.slice(seen).includes(text);) {
        if (Date.now() - start > 10_000) throw new Error(`never saw ${text} in:\n${screen.slice(seen)}`)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    types: (...keys) => {
      seen = screen.length
      for (const one of keys) input.write(one)
    },
    screen: () => screen.slice(seen),
  }
}
