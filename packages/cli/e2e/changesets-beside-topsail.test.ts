/**
 * `changeset version` of both generations and `topsail version` on recorded releases: the same files, byte for byte,
 * changelogs among them. By default from every repository of the corpus the middle one of the cases in which generation 3
 * wrote the recorded bytes, without pre mode and with it, and a part of those of generation 2; `TOPSAIL_BESIDE=20` takes up
 * to 20 of each kind, of both.
 */
import { describe, expect, test } from 'vitest'
import { readTree } from '@topsail/engine/testing'
import {
  changesetVersion,
  installChangesets,
  isInPre,
  migratePreState,
  recordedCases,
  recordedWorkspace,
  type Generation,
  type RecordedCase,
} from '../src/testing/recorded.ts'

const each = Number(process.env['TOPSAIL_BESIDE'] ?? 1)

/** What a generator is told, and when: each line holds the number of the call and its arguments, all of a case in order. */
const telling = `let calls = 0
const tell = (...args) => {
  calls += 1
  const told = JSON.stringify(args, (key, value) => key === 'dir' ? value.replace(/^.*topsail-cli-\\w+/, '') : value)
  return '\\n\\n- ' + calls + ' ' + told + '\\n'
}
module.exports = { getReleaseLine: async (...args) => tell(...args), getDependencyReleaseLine: async (...args) => tell(...args) }
`
/** Changesets 2 formats whatever these two say. */
const beside = {
  '.changeset/telling.cjs': telling,
  '.prettierignore': 'CHANGELOG.md\n',
  '.editorconfig': '[*]\nindent_style = tab\nindent_size = 8\n',
}

const generators = [
  '@changesets/cli/changelog',
  ['./telling.cjs', { repo: 'acme/shop' }],
  ['@changesets/changelog-git', null],
  false,
]

describe.each([
  ['v3', 'changesets@3'],
  ['v2', 'changesets@2'],
] as const)('beside Changesets %s, on recorded releases (needs ../shared/replay)', async (generation, rules) => {
  const all = await recordedCases(generation, each)
  const cases = each > 1 || generation === 'v3' ? all : all.filter((one, at) => isInPre(one) || at % 3 === 0)

  test.skipIf(cases.length === 0)('there are enough cases, with and without pre mode', () => {
    expect(cases.length).toBeGreaterThanOrEqual(generation === 'v3' ? 40 : 25)
    expect(cases.filter(isInPre).length).toBeGreaterThan(8)
  })

  test.concurrent.each(cases.map((recorded, at) => [recorded.id, recorded, at] as const))(
    '%s: the same manifests, changesets and changelogs',
    async (_id, recorded, at) => {
      const changelog = generators[at % generators.length]
      // 3 asks a package manager for programs of the repository; 2 formats with its own, which must find its configuration.
      const prettier = at % 3 !== 0 && !configuresPrettier(recorded)
      const config = generation === 'v2' ? { changelog, prettier } : { changelog, format: false }
      const theirs = recordedWorkspace(recorded, config, beside)
      const ours = recordedWorkspace(recorded, config, beside)
      try {
        if (generation === 'v3') migratePreState(theirs)
        else installChangesets(ours, 'v2')
        expect(await changesetVersion(theirs, generation)).toBe(0)
        const { code, stderr } = await ours.topsail('version', '--rules', rules, '--sources', 'changesets')
        expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
        const actual = readTree(ours.dir)
        expect(comparable(actual, generation)).toEqual(comparable(readTree(theirs.dir), generation))
        if (generation === 'v3') expect(actual).toMatchObject(recorded.after)
      } finally {
        theirs.remove()
        ours.remove()
      }
    },
  )
})

/**
 * Changesets 2 writes JSON anew, where Topsail keeps how it was written; and of pnpm's `apps/**` it does not take `apps`
 * itself for a member, whose version is then missing among the first ones of pre mode.
 */
function comparable(tree: Readonly<Record<string, string>>, generation: Generation): Readonly<Record<string, unknown>> {
  if (generation === 'v3') return tree
  const isJson = (path: string): boolean => path.endsWith('.json')
  const read = (path: string, text: string): unknown => ({
    ...JSON.parse(text),
    ...(path === '.changeset/pre.json' ? { initialVersions: {} } : {}),
  })
  return Object.fromEntries(
    Object.entries(tree).map(([path, text]) => [path, isJson(path) && text !== '' ? read(path, text) : text]),
  )
}

function configuresPrettier({ files }: RecordedCase): boolean {
  return Object.entries(files).some(
    ([path, text]) => path.endsWith('package.json') && Object.hasOwn(JSON.parse(text), 'prettier'),
  )
}
