import { defaultSettings, pullRequestBodyLimit, releaseBodyLimit, type TaggedPackage } from '@topsail/core'
import type { ForgePlace, ProposalFacts } from '@topsail/engine'
import fc from 'fast-check'
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { describe, expect, test } from 'vitest'
import { anyPlan, anyText, layeredPlan, smallPlan } from '../testing/plans.ts'
import { runs } from '../testing/runs.ts'
import { releaseWords } from './release-pull-request.ts'

const place: ForgePlace = { kind: 'github', path: 'acme/shop', webUrl: 'https://github.com/acme/shop' }

function factsOf(plan: ProposalFacts['plan'], more: Partial<ProposalFacts> = {}, title?: string): ProposalFacts {
  const pullRequest = { ...defaultSettings.pullRequest, title }
  const snapshot = {
    workspace: {
      tool: 'pnpm',
      root: { name: '', dir: '.', version: undefined, private: true, manifest: {}, text: '{}' },
      packages: [],
      catalogs: {},
    },
    settings: { ...defaultSettings, pullRequest },
    changesets: [],
    pre: undefined,
    history: undefined,
    head: undefined,
    now: '2026-01-02T03:04:05Z',
    problems: [],
  } as const
  return { plan, snapshot, place, base: 'main', tip: 'a'.repeat(40), foreign: [], ...more }
}

function toHtml(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
}

const foreign = fc.array(fc.record({ sha: fc.constant('b'.repeat(40)), subject: anyText }), { maxLength: 12 })

test('whatever a plan holds and others pushed, a body is below its limit, and only our elements stand in it', () => {
  fc.assert(
    fc.property(anyPlan(12), foreign, fc.integer({ min: 700, max: pullRequestBodyLimit }), (plan, commits, limit) => {
      const body = releaseWords.body(factsOf(plan, { foreign: commits }), limit)
      expect(Buffer.byteLength(body)).toBeLessThan(limit)
      const html = toHtml(body)
      for (const [, name] of html.matchAll(/<([a-z][a-z0-9]*)/gi)) expect(allowed).toContain(name)
      expect(html.replace(/<code[^>]*>[\s\S]*?<\/code>/g, '')).not.toMatch(/@|https?:|www\.|#\d/)
    }),
    runs(60),
  )
})

const allowed = 'h3 h4 p strong ul li br code pre sub details summary table thead tbody tr th td blockquote'.split(' ')

test('a title is one line, says no more than a person reads, and mentions nobody by itself', () => {
  fc.assert(
    fc.property(anyPlan(6), fc.option(anyText, { nil: undefined }), (plan, asked) => {
      const title = releaseWords.title(factsOf(plan, {}, asked))
      expect(title).not.toMatch(/[\n\r]/)
      expect(title.length).toBeLessThan(400)
      if (asked === undefined) expect(title).not.toMatch(/[@#!]/)
    }),
    runs(100),
  )
})

test('a commit message holds no line that could pass for the trailer of another plan', () => {
  fc.assert(
    fc.property(anyPlan(6), (plan) => {
      const facts = factsOf(plan)
      expect(releaseWords.commitMessage(facts, releaseWords.title(facts))).not.toMatch(/^Topsail-Plan:/m)
    }),
    runs(60),
  )
})

describe.each([1, 20, 400, 5_000])('a plan of %i packages', (count) => {
  test('has a body that every forge takes, with the plan, the way up and the way back', () => {
    const body = releaseWords.body(factsOf(layeredPlan(count)), pullRequestBodyLimit)
    expect(Buffer.byteLength(body)).toBeLessThan(pullRequestBodyLimit)
    expect(body).toMatch(/^### \d+ packages? to release/)
    expect(body).toContain('#### Upgrading')
    expect(body).toContain('#### Going back')
    expect(body).toContain('made from `aaaaaaaaaaaa` of `main`')
  })
})

test('what breaks is told in the words of whoever broke it, with who goes along', () => {
  const body = releaseWords.body(factsOf(smallPlan), pullRequestBodyLimit)
  expect(body).toContain('- `@acme/db` `2.0.0`\u00A0→\u00A0`3.0.0`\n  - `Drop the connection pool`\n  - goes along: ')
})

function tagged(count: number): TaggedPackage[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `@acme/p${index}`
    return {
      name,
      version: '1.0.0',
      dir: `packages/p${index}`,
      tag: `${name}@1.0.0`,
      commit: 'c'.repeat(40),
      isDefault: true,
    }
  })
}

test.each([1, 20, 400])(
  'one release for %i packages with long changelogs is below the limit and says where the rest is',
  (count) => {
    const packages = tagged(count)
    const wanted = {
      tag: 'release-1',
      commit: 'c'.repeat(40),
      release: '1',
      packages,
      aggregated: true,
      prerelease: false,
      latest: true,
    }
    const entry = `### Minor Changes\n\n${'- a line that somebody wrote\n'.repeat(6_000)}`
    const { name, body } = releaseWords.release({ wanted, place, entryOf: () => entry })
    expect(name).toBe(`Release of ${count} package${count === 1 ? '' : 's'}`)
    expect(Buffer.byteLength(body)).toBeLessThan(releaseBodyLimit)
    expect(body).toContain(
      '[the changelog](https://github.com/acme/shop/blob/%40acme/p0%401.0.0/packages/p0/CHANGELOG.md)',
    )
  },
)

test('one release for 5,000 packages counts those it has no room for', () => {
  const packages = tagged(5_000)
  const wanted = {
    tag: 'release-1',
    commit: 'c'.repeat(40),
    release: '1',
    packages,
    aggregated: true,
    prerelease: false,
    latest: true,
  }
  const { body } = releaseWords.release({ wanted, place, entryOf: () => '- new' })
  expect(Buffer.byteLength(body)).toBeLessThan(releaseBodyLimit)
  expect(body).toMatch(/and 4850 more packages$/)
})
