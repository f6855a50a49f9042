import fc from 'fast-check'
import { expect, test } from 'vitest'
import { anyPlan, plan, smallPlan } from '../testing/plans.ts'
import { runs } from '../testing/runs.ts'
import { renderPlanDot } from './plan-dot.ts'
import { renderPlanMermaid } from './plan-mermaid.ts'

test('a mermaid flowchart shows packages, versions, bumps and the ranges that are left', () => {
  expect(renderPlanMermaid(smallPlan)).toMatchInlineSnapshot(`
    "flowchart LR
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
    "
  `)
})

test('a Graphviz graph has a rank for each wave', () => {
  expect(renderPlanDot(smallPlan)).toMatchInlineSnapshot(`
    "digraph release {
      rankdir=LR
      node [shape=box style=rounded fontname="Helvetica"]
      edge [fontname="Helvetica" fontsize=10]
      n0 [label="@acme/db\\n2.0.0 → 3.0.0" color="#d1242f"]
      n1 [label="@acme/log\\n1.4.2 → 1.5.0" color="#bf8700"]
      n2 [label="@acme/log-web\\n1.4.2 → 1.5.0" color="#bf8700"]
      n3 [label="@acme/api\\n2.1.3 → 2.1.4" color="#1a7f37"]
      n4 [label="@acme/tools\\n0.3.0 → 0.3.1" color="#1a7f37"]
      n5 [label="@acme/shop\\n5.0.9 → 5.0.10" color="#1a7f37" style="rounded,dashed"]
      { rank=same; n0; n1; n2 }
      { rank=same; n3; n4 }
      { rank=same; n5 }
      n0 -> n3 [label="leaves ^2.0.0"]
      n1 -> n3
      n0 -> n4 [label="leaves 2"]
      n3 -> n5 [label="leaves 2.1.3"]
      n2 -> n5
    }
    "
  `)
})

test('an empty plan is an empty graph', () => {
  expect(renderPlanMermaid(plan({})).split('\n')[0]).toBe('flowchart LR')
  expect(renderPlanDot(plan({}))).toMatch(/^digraph release \{\n[\s\S]*\}\n$/)
})

test('whatever the names, every line of a mermaid flowchart is one that we wrote', () => {
  const label = String.raw`(?:[A-Za-z0-9 ._-]|#\d+;)*`
  const lines = [
    'flowchart LR',
    String.raw`  classDef \w+ [#\w:,-]+`,
    String.raw`  n\d+\["${label}<br/>${label}"\]:::(?:patch|minor|major)`,
    String.raw`  n\d+ -->(?:\|"leaves ${label}"\|)? n\d+`,
  ]
  const ours = new RegExp(`^(?:${lines.join('|')})$`)
  fc.assert(
    fc.property(anyPlan(12), (any) => {
      for (const line of renderPlanMermaid(any).trimEnd().split('\n')) expect(line).toMatch(ours)
    }),
    runs(80),
  )
})

test('whatever the names, every line of a Graphviz graph is one that we wrote', () => {
  const string = String.raw`"(?:[^"\\\n]|\\.)*"`
  const lines = [
    String.raw`digraph release \{|\}|  rankdir=LR`,
    String.raw`  (?:node|edge) \[[\w="' ]+\]`,
    String.raw`  n\d+ \[label=${string} color="#\w+"(?: style="rounded,dashed")?\]`,
    String.raw`  \{ rank=same; n\d+(?:; n\d+)* \}`,
    String.raw`  n\d+ -> n\d+(?: \[label=${string}\])?`,
  ]
  const ours = new RegExp(`^(?:${lines.join('|')})$`, 'u')
  fc.assert(
    fc.property(anyPlan(12), (any) => {
      for (const line of renderPlanDot(any).trimEnd().split('\n')) expect(line).toMatch(ours)
    }),
    runs(80),
  )
})
