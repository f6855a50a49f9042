import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { parseChangesets } from '@topsail/core'
import { readTree } from '../testing/tree.ts'
import { addChangeset, plainSummary, type NamedBump } from './add.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'topsail-add-test-'))
})
beforeEach(async () => {
  await rm(root, { recursive: true, force: true })
  await write({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
    '.changeset/config.json': { ignore: ['@acme/old'], privatePackages: { version: false } },
    'packages/db/package.json': { name: '@acme/db', version: '1.0.0' },
    'packages/api/package.json': { name: '@acme/api', version: '1.0.0' },
    'packages/old/package.json': { name: '@acme/old', version: '1.0.0' },
    'packages/web/package.json': { name: '@acme/web', version: '1.0.0', private: true },
    'packages/raw/package.json': { name: '@acme/raw' },
  })
})
afterAll(() => rm(root, { recursive: true, force: true }))

describe('a changeset', () => {
  test('holds the names, the bumps and every line of the summary', async () => {
    const releases = [named('@acme/db', 'minor'), named('@acme/api', 'none')]
    const summary = 'Add a pool\n\n- one\n- two\n\n---\n\n`code`'
    const { file, text, problems } = await addChangeset({ cwd: join(root, 'packages/db'), releases, summary })
    expect(problems).toEqual([])
    expect(file).toMatch(/^\.changeset\/[a-z]+-[a-z]+-[a-z]+\.md$/)
    expect(text).toBe(`---\n"@acme/db": minor\n"@acme/api": none\n---\n\n${summary}\n`)
    expect(readTree(root)[file ?? '']).toBe(text)
  })

  test('may be asked for without scopes where that is clear', async () => {
    await write({ 'packages/web/package.json': { name: '@other/db', version: '1.0.0' } })
    const releases = [named('api', 'minor'), named('db', 'patch')]
    const { problems } = await addChangeset({ cwd: root, releases, summary: 'x' })
    expect(problems).toMatchObject([{ code: 'CHANGESET_UNKNOWN_PACKAGE', name: 'db' }])
    const { text } = await addChangeset({ cwd: root, releases: [named('api', 'minor')], summary: 'x' })
    expect(text).toBe('---\n"@acme/api": minor\n---\n\nx\n')
    const twice = await addChangeset({ cwd: root, releases: [...releases, named('@acme/api', 'patch')], summary: 'x' })
    expect(twice.problems).toContainEqual(expect.objectContaining({ code: 'CHANGESET_NAMES_TWICE', name: '@acme/api' }))
  })

  test('may name nothing, and then say why', async () => {
    const { text } = await addChangeset({ cwd: root, releases: [], summary: 'Only the build', empty: true })
    expect(text && parseChangesets([{ id: 'x', path: 'x', text }]).changes[0]).toMatchObject({
      bumps: {},
      summary: 'Only the build',
    })
  })

  test('a dry run shows it and writes nothing', async () => {
    const before = readTree(root)
    const result = await addChangeset({ cwd: root, releases: [named('@acme/db', 'major')], summary: 'x', dryRun: true })
    expect(result).toMatchObject({ file: undefined, text: '---\n"@acme/db": major\n---\n\nx\n' })
    expect(readTree(root)).toEqual(before)
  })

  test('on a machine that refuses to write it is a problem, and nothing is left', async () => {
    const before = readTree(root)
    vi.stubEnv('TMPDIR', join(root, 'nowhere'))
    const { problems } = await addChangeset({ cwd: root, releases: [named('@acme/db', 'major')], summary: 'x' })
    vi.unstubAllEnvs()
    expect(problems).toMatchObject([{ code: 'WRITE_FAILED', detail: expect.stringContaining('ENOENT') }])
    expect(readTree(root)).toEqual(before)
  })

  test('many at once get a file each', async () => {
    const all = await Promise.all(
      Array.from({ length: 12 }, (_, at) =>
        addChangeset({ cwd: root, releases: [named('@acme/db', 'patch')], summary: `n ${at}` }),
      ),
    )
    expect(new Set(all.map(({ file }) => file)).size).toBe(12)
    expect(Object.keys(readTree(root)).filter((path) => path.endsWith('.md'))).toHaveLength(12)
  })
})

describe('nothing is written, and everything is said at once, when', () => {
  test.each([
    ['a name is unknown', [named('@acme/bd', 'minor')], 'x', ['CHANGESET_UNKNOWN_PACKAGE']],
    ['a package is ignored', [named('@acme/old', 'minor')], 'x', ['CHANGESET_WITHOUT_EFFECT']],
    ['a package is private', [named('@acme/web', 'minor')], 'x', ['CHANGESET_WITHOUT_EFFECT']],
    ['a package has no version', [named('@acme/raw', 'minor')], 'x', ['CHANGESET_WITHOUT_EFFECT']],
    [
      'a package is named twice',
      [named('@acme/db', 'minor'), named('@acme/db', 'patch')],
      'x',
      ['CHANGESET_NAMES_TWICE'],
    ],
    ['nothing is named', [], 'x', ['CHANGESET_NAMES_NOTHING']],
    ['the summary is empty', [named('@acme/db', 'minor')], ' \n', ['CHANGESET_SUMMARY_MISSING']],
    [
      'several are wrong',
      [named('constructor', 'minor'), named('../x', 'patch')],
      '',
      ['CHANGESET_SUMMARY_MISSING', 'CHANGESET_UNKNOWN_PACKAGE', 'CHANGESET_UNKNOWN_PACKAGE'],
    ],
  ] as const)('%s', async (_, releases, summary, codes) => {
    const before = readTree(root)
    const result = await addChangeset({ cwd: root, releases, summary })
    expect(result.problems.map(({ code }) => code)).toEqual(codes)
    expect(result.file).toBeUndefined()
    expect(readTree(root)).toEqual(before)
  })

  test('there is no set-up', async () => {
    await rm(join(root, '.changeset'), { recursive: true })
    const result = await addChangeset({ cwd: root, releases: [named('@acme/db', 'minor')], summary: 'x' })
    expect(result.problems.map(({ code }) => code)).toEqual(['CHANGESET_FOLDER_MISSING'])
  })

  test('the folder is a link to somewhere else', async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), 'topsail-elsewhere-'))
    await writeFile(join(elsewhere, 'config.json'), '{}')
    await rm(join(root, '.changeset'), { recursive: true })
    await symlink(elsewhere, join(root, '.changeset'))
    const result = await addChangeset({ cwd: root, releases: [named('@acme/db', 'minor')], summary: 'x' })
    expect(result.problems.map(({ code }) => code)).toContain('WRITE_TARGET_UNSAFE')
    expect(Object.keys(readTree(elsewhere))).toEqual(['config.json'])
    await rm(elsewhere, { recursive: true })
  })
})

describe('hostile text', () => {
  test('a summary never says more than a summary', async () => {
    const runs = { numRuns: Number(process.env['TOPSAIL_RUNS'] ?? 60) }
    const piece = fc.constantFrom(
      '---',
      '\n',
      '\r\n',
      '"@acme/api": major',
      '\u001b[31m',
      '$(rm -rf ~)',
      '`',
      '--',
      '\u202e',
      ' ',
      '#',
      '\0',
      'é',
      '::error::x',
    )
    const summaries = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece).map((pieces) => pieces.join('')),
    )
    await fc.assert(
      fc.asyncProperty(summaries, fc.boolean(), async (summary, empty) => {
        const releases = empty ? [] : [named('@acme/db', 'minor')]
        const { text, problems } = await addChangeset({ cwd: root, releases, summary, empty, dryRun: true })
        if (text === undefined) {
          expect(problems.length).toBeGreaterThan(0)
          return
        }
        const read = parseChangesets([{ id: 'x', path: 'x', text }])
        expect({ ...read.changes[0]?.bumps }).toEqual(empty ? {} : { '@acme/db': 'minor' })
        expect(read.changes[0]?.summary).toBe(plainSummary(summary))
        // oxlint-disable-next-line no-control-regex
        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u202e]/)
      }),
      runs,
    )
  })

  test.each(['a"b', 'x": major\n"@acme/api', '__proto__', 'a\\b', '- x', '@acme/db" # '])(
    'a package called %j never becomes another',
    async (name) => {
      await write({ 'packages/odd/package.json': { name, version: '1.0.0' } })
      const { text, problems } = await addChangeset({ cwd: root, releases: [named(name, 'patch')], summary: 'x' })
      if (text === undefined) expect(problems.length).toBeGreaterThan(0)
      else {
        const bumps = parseChangesets([{ id: 'x', path: 'x', text }]).changes[0]?.bumps ?? {}
        expect(Object.entries(bumps)).toEqual([[name, 'patch']])
      }
    },
  )
})

function named(name: string, bump: NamedBump['bump']): NamedBump {
  return { name, bump }
}

async function write(files: Record<string, object>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), JSON.stringify(content))
  }
}
