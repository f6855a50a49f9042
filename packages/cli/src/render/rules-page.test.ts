import { readFileSync } from 'node:fs'
import { planRelease } from '@topsail/core'
import { readScenario } from '@topsail/core/testing'
import { expect, test } from 'vitest'

const file = new URL('../../../../docs/rules.md', import.meta.url)
const page = readFileSync(file, 'utf8').replaceAll('`', '')

/** The rows of the table whose first heading is this. */
function rowsUnder(header: string): readonly (readonly string[])[] {
  const from = page.indexOf(`\n| ${header} |`)
  const table = page.slice(from + 1).split('\n\n', 1)[0] ?? ''
  const cells = table.split('\n').map((line) => line.slice(2, -2).split(' | '))
  return cells.filter((_, index) => index !== 1)
}

/** What a package gets: the bump, `range only` where its manifest alone is rewritten, or `-`. */
function given(name: string, scenario: string): string {
  const { releases, rewrites } = planRelease(readScenario(scenario), (text) => text)
  const release = releases.find((each) => each.name === name)
  return release?.bump ?? (rewrites.some((each) => each.name === name) ? 'range only' : '-')
}

const fieldWords = {
  dependencies: '',
  optionalDependencies: 'optional',
  devDependencies: 'dev',
  peerDependencies: 'peer',
}

test('docs/rules.md says what each rule gives to dependents', () => {
  const [[, , ...rules] = [], ...rows] = rowsUnder('in')
  expect(rules).toEqual(['changesets@3', 'changesets@2', 'topsail'])
  expect(rows).toHaveLength(10)
  for (const [fields = '', relation = '', ...cells] of rows) {
    for (const field of fields.split(', ')) {
      const bump = /after a (\w+)/.exec(relation)?.[1]
      for (const each of bump === undefined ? ['patch', 'minor', 'major'] : [bump]) {
        const range = relation.startsWith('outside') ? '1.0.0' : '>=1.0.0'
        const edge = `web 1.0.0 -> db ${fieldWords[field as keyof typeof fieldWords]} ${range}\ndb 1.0.0`
        const told = rules.map((name) =>
          given('web', `${edge}\n--- settings\nrules ${name}\n--- changesets\none db ${each}`),
        )
        expect(told, `${field} ${relation} ${each}`).toEqual(cells)
      }
    }
  }
})

test('docs/rules.md says what each preset of commits asks for', () => {
  const [[, ...presets] = [], ...rows] = rowsUnder('type')
  expect(presets).toEqual(['conventional', 'lerna', 'release-please', 'nx, nx@21'])
  for (const [types = '', ...cells] of rows) {
    const messages = { 'any other type': ['wip: x'], 'not conventional': ['Tidy up'] }[types]
    for (const message of messages ?? types.split(', ').map((type) => `${type}: x`)) {
      presets.forEach((column, at) => {
        for (const preset of column.split(', ')) {
          const told = given('db', `db 1.0.0\n--- settings\ncommits ${preset}\n--- commits\n${message} | db`)
          expect(told, `${message} under ${preset}`).toBe(cells[at] === 'none' ? '-' : cells[at])
        }
      })
    }
  }
})

test('docs/rules.md says what a bump means below 1.0.0', () => {
  const versions = { '1.0.0': 'major', '0.2.0': 'minor', '0.1.1': 'patch' } as Readonly<Record<string, string>>
  const [[, ...bumps] = [], ...rows] = rowsUnder('zeroMajor')
  expect(rows).toHaveLength(3)
  for (const [policy, ...cells] of rows) {
    const told = bumps.map((bump) => {
      const text = `db 0.1.0\n--- settings\nzeroMajor ${policy}\n--- changesets\none db ${bump}`
      return versions[planRelease(readScenario(text), (each) => each).releases[0]?.to ?? '']
    })
    expect(told, policy).toEqual(cells)
  }
})
