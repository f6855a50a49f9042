import { expect, test } from 'vitest'
import { layeredPlan, plan, release, smallPlan } from '../testing/plans.ts'
import { code } from './markdown.ts'
import { commentLimit, renderPlanMarkdown } from './plan-markdown.ts'

test('a small plan tells everything: problems, releases with reasons, the graph, rewrites', () => {
  expect(renderPlanMarkdown(smallPlan)).toMatchInlineSnapshot(`
    "### 6 packages to release: 1 major, 2 minor, 3 patch

    **1 problem**

    - quarantined \`CHANGESET_UNKNOWN_PACKAGE\` in \`.changeset/lost-dogs.md:2\`: \`No package named "@acme/bd" in this workspace.\`<br>hint: \`did you mean "@acme/db"?\`

    |  | package | version | bump | why |
    | --- | --- | --- | --- | --- |
    | 1 | \`@acme/db\` | \`2.0.0\` → \`3.0.0\` | **major** | \`brave-cats\`: \`Drop the connection pool\` |
    | 1 | \`@acme/log\` | \`1.4.2\` → \`1.5.0\` | minor | \`89abcde\` \`feat(log): levels by module\` |
    | 1 | \`@acme/log-web\` | \`1.4.2\` → \`1.5.0\` | minor | fixed with \`@acme/log\` |
    | 2 | \`@acme/api\` | \`2.1.3\` → \`2.1.4\` | patch | \`@acme/db\` \`3.0.0\` leaves \`^2.0.0\` |
    | 2 | \`@acme/tools\` | \`0.3.0\` → \`0.3.1\` | patch | \`@acme/db\` \`3.0.0\` leaves \`2\` (peerDependencies) |
    | 3 | \`@acme/shop\` (private) | \`5.0.9\` → \`5.0.10\` | patch | \`@acme/api\` \`2.1.4\` leaves \`2.1.3\` |

    <details><summary>Order, as a graph</summary>

    \`\`\`mermaid
    flowchart LR
      n0["#64;acme#47;db<br/>2.0.0 #8594; 3.0.0"]:::major
      n1["#64;acme#47;log<br/>1.4.2 #8594; 1.5.0"]:::minor
      n2["#64;acme#47;log-web<br/>1.4.2 #8594; 1.5.0"]:::minor
      n3["#64;acme#47;api<br/>2.1.3 #8594; 2.1.4"]:::patch
      n4["#64;acme#47;tools<br/>0.3.0 #8594; 0.3.1"]:::patch
      n5["#64;acme#47;shop<br/>5.0.9 #8594; 5.0.10"]:::patch
      n0 -->|"leaves #94;2.0.0"| n3
      n1 --> n3
      n0 -->|"leaves 2"| n4
      n3 -->|"leaves 2.1.3"| n5
      n2 --> n5
      classDef major stroke:#d1242f,stroke-width:2px
      classDef minor stroke:#bf8700,stroke-width:2px
      classDef patch stroke:#1a7f37
    \`\`\`

    </details>

    <details><summary>1 more package with only ranges rewritten</summary>

    - \`@acme/docs\`: \`@acme/db\` \`^2.0.0\` → \`^3.0.0\`

    </details>

    <sub>rules \`changesets@3\`, sources \`both\`, plan \`sha256-000000000000\`</sub>
    "
  `)
})

test('an empty plan says so', () => {
  expect(renderPlanMarkdown(plan({}))).toContain('### Nothing to release')
})

test('a bigger plan folds its rows, gives up their reasons, then the rows, and keeps its counts', () => {
  const [some, many, most] = [layeredPlan(300), layeredPlan(1_500), layeredPlan(5_000)].map((big) =>
    renderPlanMarkdown(big),
  )
  const tables = (text = ''): readonly string[] => text.split('\n').filter((line) => line.startsWith('|  | package'))
  expect(tables(some)).toEqual(['|  | package | version | bump | why |', '|  | package | version | bump | why |'])
  expect(tables(many)).toEqual(['|  | package | version | bump | why |', '|  | package | version | bump |'])
  expect(many).toMatch(/… and \d+ more packages/)
  expect(most).toContain('### 5000 packages to release')
  for (const text of [some, many, most]) expect(Buffer.byteLength(text ?? '')).toBeLessThan(commentLimit)
})

test('the longest names and thousands of problems still fit', () => {
  const long = (index: number): string => `${'長'.repeat(1_500)}${index}`
  const releases = Array.from({ length: 2_000 }, (_, index) => release(long(index)))
  const problems = Array.from({ length: 2_000 }, (_, index) => ({
    code: 'CHANGESET_UNKNOWN_PACKAGE' as const,
    severity: 'quarantined' as const,
    place: { file: `.changeset/${long(index)}.md` },
    name: long(index),
    closest: undefined,
  }))
  const text = renderPlanMarkdown(plan({ releases, problems, order: [releases.map(({ name }) => name)] }))
  expect(Buffer.byteLength(text)).toBeLessThan(commentLimit)
  expect(text).toContain('2000 problems')
})

test('a caller who adds text of its own can ask for less', () => {
  expect(Buffer.byteLength(renderPlanMarkdown(layeredPlan(300), 10_000))).toBeLessThan(10_000)
})

test.each([
  ['plain', '`plain`'],
  ['a`b', '``a`b``'],
  ['`a', '`` `a ``'],
  ['a|b', '`a¦b`'],
  ['one\ntwo', '`one\\ntwo`'],
  ['', '(empty)'],
  ['  ', '(empty)'],
])('%j becomes the code span %s', (text, expected) => {
  expect(code(text)).toBe(expected)
})
