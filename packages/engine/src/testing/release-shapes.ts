/**
 * Shapes of releases for the crash explorer: small graphs in the forms that matter, and as many drawn ones as asked,
 * each with what the registry had before.
 */
import { defaultSettings, promotions, targetKey } from '@topsail/core'
import type { DependencyField, Package, Promotion, Settings, TargetKey, TargetSettings, Workspace } from '@topsail/core'
import { packageOf, workspaceOf } from '@topsail/core/testing'

export type ReleaseShape = {
  readonly name: string
  readonly promotion: Promotion
  readonly members: readonly ShapeMember[]
  /** A package packed again elsewhere has other bytes. */
  readonly reproducible: boolean
  /** Milliseconds until the registry shows what it stored. */
  readonly lag: number
  /** What goes along with the tags: the journal and the set, the end of the release too, or nothing. */
  readonly tags: 'joined' | 'last' | 'alone'
}

const waysOfTags = ['joined', 'last', 'alone'] as const

export type ShapeMember = {
  readonly name: string
  /** Never published before. */
  readonly first: boolean
  /** Where it goes besides npm, each after the one before. */
  readonly targets: readonly string[]
  readonly needs: readonly { readonly name: string; readonly field: DependencyField }[]
}

const versionBefore = '1.0.0'
const versionNow = '1.1.0'

export function releaseShapes(random: () => number, drawn: number): readonly ReleaseShape[] {
  const forms: Readonly<Record<string, readonly string[]>> = {
    'one package': ['a'],
    'one first release': ['a!'],
    'a chain': ['a', 'b a', 'c b'],
    'a chain of first releases': ['a!', 'b! a', 'c! b'],
    'a first release below an old package': ['a!', 'b a'],
    'a first release above old packages': ['a', 'b! a'],
    'a diamond': ['a', 'b a', 'c a', 'd b c'],
    'a cycle broken by a dev edge': ['a ~b', 'b a', 'c b'],
    'two that need each other only to develop': ['a ~b', 'b ~a'],
    unrelated: ['a', 'b', 'c!', 'd'],
    'several targets': ['a', 'b+image a', 'c+image+chart b'],
    'targets that wait for those of others': ['a+image', 'b+chart a', 'c! b'],
    'a wide fan': ['a', 'b a', 'c a', 'd a', 'e! a'],
  }
  const named = Object.entries(forms).flatMap(([form, lines], at) => {
    const members = lines.map(memberOf)
    return promotions.map((promotion) => {
      const reproducible = at % 2 === 0
      const lag = at % 3 === 0 ? 3_000 : 0
      const tags = waysOfTags[at % 3] ?? 'joined'
      return { name: `${form}, ${promotion}`, promotion, members, reproducible, lag, tags }
    })
  })
  return [...named, ...Array.from({ length: drawn }, (_, at) => drawShape(random, at))]
}

/** `b! a ~c`: b is new, needs a, and c to develop. `b+image`: it has another target. */
function memberOf(line: string): ShapeMember {
  const [own = '', ...needs] = line.split(' ')
  const [name = '', ...targets] = own.replace('!', '').split('+')
  return {
    name: `@acme/${name}`,
    first: own.endsWith('!'),
    targets,
    needs: needs.map((need) => ({
      name: `@acme/${need.replace('~', '')}`,
      field: need.startsWith('~') ? 'devDependencies' : 'dependencies',
    })),
  }
}

function drawShape(random: () => number, at: number): ReleaseShape {
  const letters = 'abcdefg'.slice(0, 2 + Math.floor(random() * 5))
  const lines = [...letters].map((letter, index) => {
    const earlier = Array.from(letters.slice(0, index)).filter(() => random() < 0.45)
    const later = Array.from(letters.slice(index + 1))
      .filter(() => random() < 0.15)
      .map((other) => `~${other}`)
    return [random() < 0.3 ? `${letter}!` : letter, ...earlier, ...later].join(' ')
  })
  return {
    name: `drawn ${at}: ${lines.join(', ')}`,
    promotion: promotions[Math.floor(random() * promotions.length)] ?? 'direct',
    members: lines.map(memberOf),
    reproducible: random() < 0.5,
    lag: random() < 0.4 ? 3_000 : 0,
    tags: waysOfTags[at % 3] ?? 'joined',
  }
}

/** Every member at its next version. */
export function workspaceNow(shape: ReleaseShape): Workspace {
  return workspaceOf(shape.members.map((member) => packageAt(member, versionNow)))
}

/** What was published before, dependencies first, with where it went; what is new is not among them. */
export function publishedBefore(
  shape: ReleaseShape,
): readonly { readonly pkg: Package; readonly keys: readonly TargetKey[] }[] {
  return shape.members
    .filter((member) => !member.first)
    .map((member) => ({ pkg: packageAt(withoutFirst(member, shape), versionBefore), keys: keysOfMember(member) }))
}

export function keysOfMember({ name, targets }: ShapeMember): readonly TargetKey[] {
  return [name, ...targets.map((target) => targetKey(name, target))]
}

export function settingsOf({ members }: ReleaseShape): Settings {
  const commands = {
    exists: ['exists'],
    upload: ['upload'],
    promote: ['promote'],
    channel: ['channel'],
    retract: ['retract'],
  }
  const listed = members
    .filter(({ targets }) => targets.length > 0)
    .map(({ name, targets }): [string, readonly TargetSettings[]] => {
      const others = targets.map((id, at): TargetSettings => {
        return { kind: 'exec', id, after: [targets[at - 1] ?? 'npm'], needs: [], commands, timeout: 1 }
      })
      return [name, [{ kind: 'npm', id: 'npm', after: [], needs: [] }, ...others]]
    })
  return { ...defaultSettings, targets: Object.fromEntries(listed) }
}

function withoutFirst(member: ShapeMember, shape: ReleaseShape): ShapeMember {
  const known = new Set(shape.members.filter((other) => !other.first).map((other) => other.name))
  return { ...member, needs: member.needs.filter((need) => known.has(need.name)) }
}

function packageAt(member: ShapeMember, version: string): Package {
  const sections: Partial<Record<DependencyField, Record<string, string>>> = {}
  for (const { name, field } of member.needs) sections[field] = { ...sections[field], [name]: `^${version}` }
  return packageOf({ name: member.name, version, ...sections })
}
