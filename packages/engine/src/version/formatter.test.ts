import { chmodSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { createFolder, type WorkspaceFolder } from '../testing/workspace-folder.ts'
import { detectFormatter, formatFiles, formattingOf, isLeftUnformatted } from './formatter.ts'

const rules = 'changesets@3'

const open: WorkspaceFolder[] = []
afterEach(() => {
  for (const folder of open.splice(0)) folder.close()
})

test.each([
  [{ '.prettierrc': '' }, 'prettier'],
  [{ 'prettier.config.mts': '' }, 'prettier'],
  [{ 'package.json': { prettier: {} } }, 'prettier'],
  [{ 'package.json': '{', 'node_modules/oxfmt/x': '' }, 'oxfmt'],
  [{ '.oxfmtrc.json': '{}', '.prettierrc': '' }, 'oxfmt'],
  [{ 'dprint.json': '{}', 'deno.json': '{}' }, 'dprint'],
  [{ 'deno.json': '{}', '.prettierrc': '' }, 'deno'],
  [{ 'biome.json': '{}', 'node_modules/prettier/x': '' }, 'prettier'],
  [{ 'biome.json': '{}' }, undefined],
  [{}, undefined],
])('auto finds what Changesets finds: %j', (files, name) => {
  expect(detectFormatter(folder(files).root)).toBe(name)
})

test('a configuration at the root of the repository counts for a workspace below it, one above never', () => {
  const { root } = folder({ '.prettierrc': '', 'repo/.git/HEAD': '', 'repo/shop/x': '', 'repo/.oxfmtrc.json': '{}' })
  expect(detectFormatter(join(root, 'repo/shop'))).toBe('oxfmt')
  expect(detectFormatter(join(folder({ '.prettierrc': '', 'shop/x': '' }).root, 'shop'))).toBeUndefined()
})

test('a formatter that is not installed is a warning, and nothing is downloaded', async () => {
  const { root } = folder({ '.prettierrc': '', 'CHANGELOG.md': '# a\n' })
  expect(await formatFiles(root, formattingOf(root, { format: 'auto', rules }), ['CHANGELOG.md'])).toEqual([
    { code: 'FORMATTER_MISSING', severity: 'warning', formatter: 'prettier' },
  ])
  expect(await formatFiles(root, formattingOf(root, { format: false, rules }), ['CHANGELOG.md'])).toEqual([])
  expect(await formatFiles(root, formattingOf(root, { format: 'prettier', rules }), [])).toEqual([])
})

test('a formatter that is declared above and not installed is told with the command that installs it', async () => {
  const manifest = { devDependencies: { prettier: '^3.0.0' }, packageManager: 'pnpm@10.0.0' }
  const { root } = folder({
    '.git/HEAD': '',
    'package.json': manifest,
    '.prettierrc': '',
    'shop/CHANGELOG.md': '# a\n',
  })
  const formatting = formattingOf(join(root, 'shop'), { format: 'auto', rules })
  expect(await formatFiles(join(root, 'shop'), formatting, ['CHANGELOG.md'])).toMatchObject([
    { code: 'FORMATTER_MISSING', install: 'pnpm install' },
  ])
})

test('which formatter there is, is found out once', () => {
  const { root, close } = folder({ '.prettierrc': '' })
  const formatting = formattingOf(root, { format: 'auto', rules })
  expect(formatting.choice()).toEqual({ name: 'prettier', program: undefined })
  close()
  expect(formatting.choice()).toEqual({ name: 'prettier', program: undefined })
})

test('Changesets 2 formats with prettier, which may be missing', () => {
  const auto = { format: 'auto', rules: 'changesets@2' } as const
  const bare = folder({ '.oxfmtrc.json': '{}' }).root
  expect(isLeftUnformatted(formattingOf(bare, auto))).toBe(true)
  expect(isLeftUnformatted(formattingOf(bare, { ...auto, format: false }))).toBe(false)
  expect(isLeftUnformatted(formattingOf(bare, { ...auto, rules }))).toBe(false)
  const { root } = folder({
    'node_modules/@changesets/cli/package.json': {},
    'node_modules/@changesets/cli/node_modules/@changesets/apply-release-plan/package.json': {},
    'node_modules/@changesets/cli/node_modules/prettier/package.json': { bin: './bin-prettier.js' },
  })
  expect(isLeftUnformatted(formattingOf(root, auto))).toBe(false)
})

describe.skipIf(process.platform === 'win32')('with an installed program', () => {
  test('the installed formatter gets the files as relative paths that cannot be options', async () => {
    const { root } = folder({
      'node_modules/.bin/prettier': '#!/bin/sh\nprintf "%s\\n" "$@" > seen.txt\n',
      '--help/CHANGELOG.md': '# a\n',
    })
    chmodSync(join(root, 'node_modules/.bin/prettier'), 0o755)
    expect(await formatFiles(root, formattingOf(root, { format: 'prettier', rules }), ['--help/CHANGELOG.md'])).toEqual(
      [],
    )
    expect(readFileSync(join(root, 'seen.txt'), 'utf8')).toBe(
      '--write\n--no-error-on-unmatched-pattern\n./--help/CHANGELOG.md\n',
    )
  })

  test('prettier is called for Changesets 2 as its library would format, whatever else is configured', async () => {
    const { root } = folder({
      'node_modules/.bin/prettier': '#!/bin/sh\nprintf "%s " "$@" > seen.txt\n',
      '.oxfmtrc.json': '{}',
    })
    chmodSync(join(root, 'node_modules/.bin/prettier'), 0o755)
    expect(
      await formatFiles(root, formattingOf(root, { format: 'auto', rules: 'changesets@2' }), ['CHANGELOG.md']),
    ).toEqual([])
    expect(readFileSync(join(root, 'seen.txt'), 'utf8')).toBe(
      '--write --no-error-on-unmatched-pattern --parser markdown --no-editorconfig --with-node-modules ' +
        '--ignore-path .changeset/.nothing-is-ignored ./CHANGELOG.md ',
    )
  })

  test('a formatter that fails is a warning with its last words', async () => {
    const { root } = folder({ 'node_modules/.bin/prettier': '#!/bin/sh\necho bad configuration >&2\nexit 2\n' })
    chmodSync(join(root, 'node_modules/.bin/prettier'), 0o755)
    expect(await formatFiles(root, formattingOf(root, { format: 'prettier', rules }), ['CHANGELOG.md'])).toEqual([
      { code: 'FORMATTER_FAILED', severity: 'warning', formatter: 'prettier', detail: 'bad configuration' },
    ])
  })

  test('a real oxfmt formats a changelog', async () => {
    const { root } = folder({ '.oxfmtrc.json': '{}', 'CHANGELOG.md': '# a\n\n*  one\n', 'node_modules/.bin/x': '' })
    symlinkSync(join(import.meta.dirname, '../../../../node_modules/.bin/oxfmt'), join(root, 'node_modules/.bin/oxfmt'))
    expect(await formatFiles(root, formattingOf(root, { format: 'auto', rules }), ['CHANGELOG.md'])).toEqual([])
    expect(readFileSync(join(root, 'CHANGELOG.md'), 'utf8')).toBe('# a\n\n- one\n')
  })
})

function folder(files: Readonly<Record<string, string | object>>): WorkspaceFolder {
  const created = createFolder(files)
  open.push(created)
  return created
}
