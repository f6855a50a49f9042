/**
 * Release plans written by hand, for what renders them: one small and believable, one of any size, one hostile, and
 * an arbitrary for properties.
 */
import { type Change, type Reason, type Release, type ReleasePlan, bumps } from '@topsail/core'
import fc from 'fast-check'

export function release(name: string, over: Partial<Release> = {}): Release {
  return {
    name,
    dir: `packages/${name.replace(/^@[^/]*\//, '')}`,
    from: '1.0.0',
    to: '1.0.1',
    bump: 'patch',
    private: false,
    targets: ['npm'],
    needs: [],
    changes: [],
    dependencies: {},
    rangeEdits: [],
    reasons: [{ kind: 'first-release' }],
    ...over,
  }
}

export function plan(over: Partial<ReleasePlan>): ReleasePlan {
  return {
    id: 'sha256-0000000000000000000000000000000000000000000000000000000000000000',
    commit: '4f2b8c1d9e0a7b6c5d4e3f2a1b0c9d8e7f6a5b4c',
    rules: 'changesets@3',
    sources: 'both',
    releases: [],
    rewrites: [],
    changes: [],
    consumed: [],
    preState: undefined,
    order: [],
    problems: [],
    ...over,
  }
}

const dropPool: Change = {
  kind: 'changeset',
  id: 'changeset:brave-cats',
  file: '.changeset/brave-cats.md',
  summary: 'Drop the connection pool\n\nCallers open their own.',
  bumps: { '@acme/db': 'major' },
  commit: '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567',
}
const logLevels: Change = {
  kind: 'commit',
  id: 'commit:89abcdef0123456789abcdef0123456789abcdef',
  commit: '89abcdef0123456789abcdef0123456789abcdef',
  type: 'feat',
  scope: 'log',
  breaking: false,
  summary: 'levels by module',
  bumps: { '@acme/log': 'minor' },
}

/** Six packages in three waves; a fixed pair, a private service, a rewrite, a quarantined changeset. */
export const smallPlan: ReleasePlan = plan({
  releases: [
    release('@acme/api', {
      dir: 'services/api',
      from: '2.1.3',
      to: '2.1.4',
      needs: ['@acme/db', '@acme/log'],
      dependencies: { '@acme/db': '^3.0.0', '@acme/log': '^1.5.0' },
      rangeEdits: [{ field: 'dependencies', dependency: '@acme/db', from: '^2.0.0', to: '^3.0.0' }],
      reasons: [
        { kind: 'out-of-range', dependency: '@acme/db', field: 'dependencies', range: '^2.0.0', next: '3.0.0' },
      ],
    }),
    release('@acme/db', {
      from: '2.0.0',
      to: '3.0.0',
      bump: 'major',
      changes: [dropPool.id],
      reasons: [{ kind: 'change', change: dropPool.id, bump: 'major' }],
    }),
    release('@acme/log', {
      from: '1.4.2',
      to: '1.5.0',
      bump: 'minor',
      changes: [logLevels.id],
      reasons: [{ kind: 'change', change: logLevels.id, bump: 'minor' }],
    }),
    release('@acme/log-web', {
      from: '1.4.2',
      to: '1.5.0',
      bump: 'minor',
      reasons: [{ kind: 'fixed-group', group: ['@acme/log', '@acme/log-web'], leader: '@acme/log' }],
    }),
    release('@acme/shop', {
      dir: 'services/shop',
      from: '5.0.9',
      to: '5.0.10',
      private: true,
      targets: [],
      needs: ['@acme/api', '@acme/log-web'],
      dependencies: { '@acme/api': '~2.1.4', '@acme/log-web': '^1.5.0' },
      reasons: [
        { kind: 'out-of-range', dependency: '@acme/api', field: 'dependencies', range: '2.1.3', next: '2.1.4' },
      ],
    }),
    release('@acme/tools', {
      from: '0.3.0',
      to: '0.3.1',
      reasons: [{ kind: 'out-of-range', dependency: '@acme/db', field: 'peerDependencies', range: '2', next: '3.0.0' }],
      needs: ['@acme/db'],
    }),
  ],
  rewrites: [
    {
      name: '@acme/docs',
      dir: 'docs',
      rangeEdits: [{ field: 'devDependencies', dependency: '@acme/db', from: '^2.0.0', to: '^3.0.0' }],
    },
  ],
  changes: [dropPool, logLevels],
  consumed: [{ id: dropPool.id, file: '.changeset/brave-cats.md', movedTo: undefined }],
  order: [['@acme/db', '@acme/log', '@acme/log-web'], ['@acme/api', '@acme/tools'], ['@acme/shop']],
  problems: [
    {
      code: 'CHANGESET_UNKNOWN_PACKAGE',
      severity: 'quarantined',
      place: { file: '.changeset/lost-dogs.md', line: 2 },
      name: '@acme/bd',
      closest: '@acme/db',
    },
  ],
})

/** `count` packages in waves of uneven size, each needing some of the wave before. The same count, the same plan. */
export function layeredPlan(count: number): ReleasePlan {
  const next = numbers(count)
  const order: string[][] = []
  const releases: Release[] = []
  const changes: Change[] = []
  while (releases.length < count) {
    const size = Math.min(count - releases.length, 1 + (next() % Math.max(2, Math.ceil(count / 6))))
    const below = order.at(-1) ?? []
    const wave = Array.from(
      { length: size },
      (_, index) => `@acme/${nouns[next() % nouns.length]}-${releases.length + index}`,
    )
    for (const name of wave) releases.push(layeredRelease(name, below, changes, next))
    order.push(wave.toSorted())
  }
  return plan({ releases: releases.toSorted((a, b) => (a.name < b.name ? -1 : 1)), changes, order })
}

function layeredRelease(name: string, below: readonly string[], changes: Change[], next: () => number): Release {
  const bump = (['patch', 'patch', 'minor', 'major'] as const)[next() % 4] ?? 'patch'
  const to = { patch: '1.2.4', minor: '1.3.0', major: '2.0.0' }[bump]
  const needs = [
    ...new Set(below.length === 0 ? [] : [0, 1, 2].map(() => below[next() % below.length] ?? '')),
  ].toSorted()
  const reasons: Reason[] = needs.map((dependency) => ({
    kind: 'out-of-range',
    dependency,
    field: 'dependencies',
    range: '~1.2.3',
    next: '2.0.0',
  }))
  const own: string[] = []
  if (needs.length === 0 || next() % 3 === 0) {
    const id = `changeset:change-${changes.length}`
    const file = `.changeset/change-${changes.length}.md`
    changes.push({
      kind: 'changeset',
      id,
      file,
      summary: `Improve ${name}`,
      bumps: { [name]: bump },
      commit: undefined,
    })
    reasons.unshift({ kind: 'change', change: id, bump })
    own.push(id)
  }
  const [first = { kind: 'snapshot' }, ...rest] = reasons
  return release(name, { from: '1.2.3', to, bump, needs, changes: own, reasons: [first, ...rest] })
}

/** A small generator of numbers (Park and Miller), so that a plan of a size is always the same. */
function numbers(seed: number): () => number {
  let state = seed + 1
  return () => {
    state = (state * 48_271) % 2_147_483_647
    return state
  }
}

const nouns = [
  'orders',
  'billing',
  'mail',
  'search',
  'catalog',
  'auth',
  'ledger',
  'media',
  'ui',
  'queue',
  'geo',
  'audit',
]

/** Text that tries to get out of wherever it is put. */
export const hostileTexts: readonly string[] = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<!-- @octocat -->',
  '@octocat #1 GH-2 https://evil.example www.evil.example',
  '`code` ``more`` ```fence',
  '| a | b |\\|',
  '\\',
  '"quoted" \'single\' \\N \\" ]} --> n0',
  '**bold** _under_ ~~gone~~ [link](javascript:alert(1)) ![x](y)',
  '\u001b[31mred\u001b[0m\u001b]8;;https://evil.example\u0007link',
  '\u202egnp.exe\u202c',
  'line\nbreak\r\nagain\ttab\u2028sep',
  '\u200bzero\ufeffwidth',
  '__proto__',
  'constructor',
  '日本語のパッケージ',
  '👩‍👩‍👧‍👦 family',
  '#quot;&quot;&#64;',
  '\ud800 lone',
  '%%{init: {}}%%',
  '',
]

export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostileTexts),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.constantFrom(...hostileTexts), { maxLength: 4 }).map((parts) => parts.join(' ')),
)

/** Plans that keep the plan's own invariants (names unique, order complete), with any text in every text. */
export function anyPlan(maxReleases: number): fc.Arbitrary<ReleasePlan> {
  const names = fc.uniqueArray(anyText, { minLength: 0, maxLength: maxReleases })
  return fc.tuple(names, fc.array(anyText, { minLength: 12, maxLength: 12 }), fc.nat()).map(([unique, texts, seed]) => {
    const next = numbers(seed)
    const pick = (): string => texts[next() % texts.length] ?? ''
    const sorted = unique.toSorted()
    const changes = sorted.map((name, index) => hostileChange(name, index, pick))
    const releases = sorted.map((name, index) =>
      hostileRelease(name, sorted.slice(0, index), changes[index], pick, next),
    )
    const rewrites = sorted.slice(0, 3).map((name) => ({ name, dir: pick(), rangeEdits: [] }))
    return plan({ releases, changes, rewrites, order: sorted.map((name) => [name]) })
  })
}

function hostileChange(name: string, index: number, pick: () => string): Change {
  const asked = { summary: pick(), bumps: Object.fromEntries([[name, bumps[(index % 3) + 1] ?? 'patch']]) }
  if (index % 2 === 0) return { kind: 'changeset', id: `changeset:${index}`, file: pick(), commit: undefined, ...asked }
  return {
    kind: 'commit',
    id: `commit:${index}`,
    commit: pick(),
    type: pick(),
    scope: pick(),
    breaking: true,
    ...asked,
  }
}

function hostileRelease(
  name: string,
  before: readonly string[],
  change: Change | undefined,
  pick: () => string,
  next: () => number,
): Release {
  const needs = before.length === 0 ? [] : [before[next() % before.length] ?? '']
  const dependency = needs[0] ?? pick()
  return release(name, {
    dir: pick(),
    from: pick(),
    to: pick(),
    bump: (['patch', 'minor', 'major'] as const)[next() % 3] ?? 'patch',
    needs,
    changes: change === undefined ? [] : [change.id],
    dependencies: Object.fromEntries(needs.map((need) => [need, pick()])),
    reasons: [
      { kind: 'change', change: change?.id ?? pick(), bump: 'patch' },
      { kind: 'out-of-range', dependency, field: 'peerDependencies', range: pick(), next: pick() },
      { kind: 'fixed-group', group: [name, pick()], leader: pick() },
      { kind: 'override', by: pick() },
    ],
  })
}
