import fc from 'fast-check'
import { parseChangesetFile } from '@changesets/parse'
import { describe, expect, test } from 'vitest'
import { lineNaming, parseChangesets } from './changesets.ts'

function parse(text: string): ReturnType<typeof parseChangesets> {
  return parseChangesets([{ id: 'a', path: '.changeset/a.md', text }])
}

function bumpsIn(text: string): readonly (readonly [string, string])[] | undefined {
  const [change] = parse(text).changes
  return change === undefined ? undefined : Object.entries(change.bumps)
}

describe('a changeset is read as @changesets/parse reads it', () => {
  test.each([
    ['quoted names', '---\n"@acme/db": major\n\'api\': minor\n---\n\nWords'],
    ['plain names', '---\ndb: patch\n---\n'],
    ['carriage returns', '---\r\n"db": patch\r\n---\r\n\r\nWords\r\n'],
    ['a byte order mark', '\uFEFF---\n"db": patch\n---\nWords'],
    ['blank lines and comments', '---\n\n# why\n"db": patch\n\n---\nWords'],
    ['quoted bumps', '---\n"db": "minor"\n---\n'],
    ['a flow mapping', '---\n{"db": minor, api: patch}\n---\nWords'],
    ['nothing between the lines', '---\n---\n\nNothing to release'],
    ['text before it', 'Hello\n---\n"db": patch\n---\nWords'],
    ['spaces around the lines', '  ---\n"db": patch\n  ---  \nWords'],
    ['a rule in the text', '---\n"db": patch\n---\nWords\n\n---\n\nMore'],
  ])('with %s', (_what, text) => {
    const official = parseChangesetFile(text)
    const [change] = parse(text).changes
    expect(bumpsIn(text)).toEqual(official.releases.map(({ name, type }) => [name, type]))
    expect(change?.summary).toBe(official.summary)
  })

  test('with anything in it', () => {
    const line = fc.oneof(
      fc.constantFrom(
        '---',
        '--- ',
        '"db": patch',
        "'api': minor",
        'db: none',
        'true: patch',
        '"db": huge',
        '- db',
        '{',
        '',
      ),
      fc.string({ maxLength: 12 }),
    )
    const text = fc.array(line, { maxLength: 8 }).map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (content) => {
        // Left out: what makes the parser print warnings, which is refused here.
        fc.pre(!/[%!?]|[[{,]\s*[[{]/.test(content))
        let official: readonly (readonly [string, string])[] | undefined
        try {
          official = parseChangesetFile(content).releases.map(({ name, type }) => [name, type] as const)
        } catch {
          official = undefined
        }
        expect(bumpsIn(content)).toEqual(official)
      }),
      { numRuns: Number(process.env['TOPSAIL_RUNS'] ?? 1000) },
    )
  })
})

describe('what cannot be read is quarantined', () => {
  test.each([
    ['an empty file', ' \n'],
    ['no front matter', 'Just words'],
    ['an open front matter', '---\n"db": patch\n'],
    ['a list', '---\n- db\n---\n'],
    ['an unknown bump', '---\n"db": huge\n---\n'],
    ['a bump that is not a word', '---\n"db": [patch]\n---\n'],
    ['the same name twice', '---\n"db": patch\n"db": minor\n---\n'],
    ['an empty name', '---\n"": patch\n---\n'],
    ['broken YAML', '---\n"db: patch\n---\n'],
    ['a directive', '---\n%YAML 1.1\n"db": patch\n---\n'],
    ['a tag', '---\n"db": !!binary patch\n---\n'],
    ['a complex key', '---\n? [db]\n: patch\n---\n'],
    ['a collection as a key', '---\n{[db]: patch}\n---\n'],
    ['a tab for indentation', '---\n\t"db": patch\n\t- x\n---\n'],
  ])('%s', (_what, text) => {
    const { changes, problems } = parse(text)
    expect(changes).toEqual([])
    expect(problems).toMatchObject([
      { code: 'CHANGESET_MALFORMED', severity: 'quarantined', place: { file: '.changeset/a.md' } },
    ])
  })

  test('at the line to mend, in a sentence that goes on', () => {
    const [problem] = parse('---\n"api": patch\n\n"db": huge\n---\nWords').problems
    expect(problem).toMatchObject({ place: { file: '.changeset/a.md', line: 4 } })
    expect(parse('---\n"db: patch\n---\n').problems).toMatchObject([{ detail: expect.stringMatching(/[^.]$/) }])
  })

  test.each([
    ['a file of ten megabytes', `---\n"db": patch\n---\n${'x'.repeat(10_000_000)}`],
    ['a front matter of a megabyte', `---\n${'"db": patch\n'.repeat(100_000)}---\n`],
    ['a megabyte of line ends', '\n'.repeat(1_000_000)],
    ['a megabyte of spaces behind a rule', `---${' '.repeat(1_000_000)}`],
    ['a megabyte of rules without an end', `---\n${'--- x\n'.repeat(150_000)}`],
    ['blank lines without an end', `---\n${' \n'.repeat(500_000)}`],
    ['an alias bomb', `---\na: &a [x,x,x,x,x,x,x,x,x]\n${bomb(9)}---\n`],
    ['deep nesting', `---\n${'['.repeat(30_000)}\n---\n`],
    ['deep nesting of mappings', `---\n${'{a: '.repeat(10_000)}\n---\n`],
  ])('%s, and soon', (_what, text) => {
    const { changes, problems } = parse(text)
    expect(changes).toEqual([])
    expect(problems.map(({ code }) => code)).toEqual(['CHANGESET_MALFORMED'])
  })

  test('one of many costs only itself', () => {
    const file = (id: string, text: string) => ({ id, path: `.changeset/${id}.md`, text })
    const { changes, problems } = parseChangesets([file('b', '---\ndb: patch\n---\n'), file('a', 'no')])
    expect(changes.map(({ id }) => id)).toEqual(['changeset:b'])
    expect(problems).toHaveLength(1)
  })
})

test('a package called __proto__ or constructor is a name like any other', () => {
  expect(bumpsIn('---\n"__proto__": patch\n"constructor": minor\n---\n')).toEqual([
    ['__proto__', 'patch'],
    ['constructor', 'minor'],
  ])
  expect(bumpsIn('---\n{"__proto__": patch}\n---\n')).toEqual([['__proto__', 'patch']])
  expect(parse('---\ndb: patch\n---\n').changes[0]?.bumps['constructor']).toBeUndefined()
})

test('the line that names a package is found', () => {
  const text = '\n---\n# why\n"@acme/db": patch\n"@acme/db-api": minor\n---\n'
  expect(lineNaming(text, '@acme/db')).toBe(4)
  expect(lineNaming(text, '@acme/db-api')).toBe(5)
  expect(lineNaming(text, '@acme/none')).toBeUndefined()
})

function bomb(levels: number): string {
  const names = 'abcdefghijklmnop'
  return Array.from({ length: levels }, (_, level) => {
    const [name, below] = [names[level + 1], names[level]]
    return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${below}`).join(',')}]\n`
  }).join('')
}

describe('a changeset that cannot be read names the line, and what to write there', () => {
  const write = (text: string) => ({ write: text })
  const conflict = '<<<<<<< HEAD\n"db": patch\n=======\n"db": minor\n>>>>>>> topic\n'
  test.each([
    ['a scope without quotes', '---\n"api": minor\n@acme/db: patch\n---\n', 3, write('"@acme/db": patch')],
    ['no colon', '---\n"@acme/db" patch\n---\n', 2, write('"@acme/db": patch')],
    ['no space', '---\r\n"@acme/db":patch\r\n---\r\n', 2, write('"@acme/db": patch')],
    ['a tab', '---\n\t"@acme/db": patch\n---\n', 2, write('"@acme/db": patch')],
    ['a list', '---\n- "@acme/db": patch\n---\n', 2, write('"@acme/db": patch')],
    ['a large letter', '---\n"@acme/db": Patch\n---\n', 2, write('"@acme/db": patch')],
    ['a slip', '---\n"@acme/db": mnior\n---\n', 2, write('"@acme/db": minor')],
    ['a version', '---\n"@acme/db": 3.4.0\n---\n', 2, undefined],
    ['a name twice', '---\n"db": patch\n"api": minor\n"db": minor\n---\n', 4, { act: 'name-once' }],
    ['no first line', '"@acme/db": patch\n---\n\nWords', 1, { act: 'open-front-matter' }],
    ['no last line', '---\n"@acme/db": patch\n\nWords', 1, { act: 'close-front-matter' }],
    ['a short last line', '---\n"@acme/db": patch\n--\n\nWords', 3, write('---')],
    ['a conflict inside', `---\n${conflict}---\n\nWords`, 2, { act: 'solve-conflict' }],
    [
      'a conflict around',
      `<<<<<<< HEAD\n---\n=======\n---\n>>>>>>> topic\n"db": patch\nWords`,
      1,
      { act: 'solve-conflict' },
    ],
    ['nothing of that', 'Words', 1, undefined],
  ])('%s', (_what, text, line, mend) => {
    const [problem] = parse(text).problems
    expect(problem).toMatchObject({ code: 'CHANGESET_MALFORMED', place: { file: '.changeset/a.md', line } })
    expect(problem).toHaveProperty('detail')
    expect(problem && 'mend' in problem ? problem.mend : undefined).toEqual(mend)
    if (mend === undefined || !('write' in mend)) return
    const lines = text.split('\n')
    lines[line - 1] = mend.write
    expect(parse(lines.join('\n')).problems).toEqual([])
  })
})
