import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseChangesets } from '../changes/changesets.ts'
import { editorLink, proposedChangeset } from './proposed-changeset.ts'

const head = 'abcdef0123456789abcdef0123456789abcdef01'
/** No package is called by blanks alone. */
const name = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
    fc.constantFrom(
      '@acme/api',
      '__proto__',
      'constructor',
      '"',
      "'",
      'a: b',
      '---',
      '\u2028',
      '#',
      '!!js',
      '&a',
      '*a',
    ),
  )
  .filter((text) => text.trim() !== '')
const runs = { numRuns: Number(process.env['TOPSAIL_RUNS']) || 200 }

test('a proposed changeset says exactly the packages and bumps that are missing', () => {
  const bump = fc.constantFrom('patch', 'minor', 'major' as const)
  const releases = fc.uniqueArray(fc.record({ name, bump }), {
    selector: (one) => one.name,
    minLength: 1,
    maxLength: 5,
  })
  fc.assert(
    fc.property(releases, fc.string({ unit: 'binary', maxLength: 400 }), (missing, summary) => {
      const { file, text } = proposedChangeset(missing, summary, head)
      expect(file).toMatch(/^\.changeset\/[a-z0-9-]+\.md$/)
      const { changes, problems } = parseChangesets([{ id: 'x', path: file, text }])
      expect(problems).toEqual([])
      const asked = Object.entries(changes[0]?.bumps ?? {}).toSorted()
      expect(asked).toEqual(missing.map((one) => [one.name.toWellFormed(), one.bump]).toSorted())
      expect(changes[0]?.summary.split('\n')).toHaveLength(1)
      expect(changes[0]?.summary).not.toBe('')
    }),
    runs,
  )
})

test('a link holds the file whole, and no character that means something in markdown', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      (branch, text) => {
        for (const kind of ['github', 'gitlab'] as const) {
          const link = editorLink(
            { kind, webUrl: 'https://forge.example/acme/shop', branch },
            { file: '.changeset/a.md', text },
          )
          if (link === undefined) continue
          expect(link).toMatch(/^https:\/\/forge\.example\/acme\/shop\/[A-Za-z0-9._%/?=&-]+$/)
          const { pathname, searchParams } = new URL(link)
          expect(searchParams.get(kind === 'github' ? 'value' : 'file')).toBe(text.toWellFormed())
          expect(decodeURIComponent(pathname).endsWith(`/new/${branch.toWellFormed()}`)).toBe(true)
        }
      },
    ),
    runs,
  )
})

test('a link that no forge would take is none', () => {
  const place = { kind: 'github', webUrl: 'https://forge.example/acme/shop', branch: 'more' } as const
  expect(editorLink(place, { file: 'a.md', text: 'é'.repeat(2_000) })).toBeUndefined()
  expect(editorLink({ ...place, branch: '../../settings' }, { file: 'a.md', text: '' })).toBeUndefined()
})
