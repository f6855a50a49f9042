/**
 * Nx version plans (`.nx/version-plans/*.md`) as changesets. A plan names projects or release groups; a group's bump
 * becomes the bump of each of its packages. The plans themselves stay where they are.
 */
import { isBump, type Bump, type PackageName, type Path } from '@topsail/core'
import { parse } from 'yaml'
import type { Files } from '../ports.ts'
import { isRecord } from '../read/record.ts'
import { convertedPath, convertedText } from './converted-changeset.ts'
import type { InitNote } from './set-up.ts'

const versionPlanFolder: Path = '.nx/version-plans'

/** Project and group names to the packages they stand for. */
export type NxNames = ReadonlyMap<string, readonly PackageName[]>

export function convertVersionPlans(files: Files, names: NxNames) {
  const changesets: { path: Path; text: string }[] = []
  const notes: InitNote[] = []
  const taken = new Set<Path>()
  for (const entry of files.entries(versionPlanFolder)) {
    if (entry.kind !== 'file' || !entry.name.endsWith('.md')) continue
    const from = `${versionPlanFolder}/${entry.name}`
    const plan = readPlan(files.read(from) ?? '')
    if (plan === undefined) {
      notes.push({ kind: 'left-behind', from: { file: from, key: '' }, value: entry.name, because: 'unreadable' })
      continue
    }
    const bumps = bumpsOf(plan.entries, names, from, notes)
    if (bumps.size === 0) continue
    const to = convertedPath('nx', entry.name, taken)
    changesets.push({ path: to, text: convertedText(bumps, plan.message) })
    notes.push({ kind: 'plan-converted', from, to, bumps: Object.fromEntries(bumps) })
  }
  return { changesets, notes }
}

type Plan = { readonly entries: readonly (readonly [string, unknown])[]; readonly message: string }

function readPlan(text: string): Plan | undefined {
  const match = /^\uFEFF?---\r?\n([^]{0,64000}?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text)
  if (match === null) return undefined
  try {
    const front: unknown = parse(match[1] ?? '', { maxAliasCount: 0 })
    if (!isRecord(front)) return undefined
    return { entries: Object.entries(front), message: text.slice(match[0].length).replaceAll('\r\n', '\n').trim() }
  } catch {
    return undefined
  }
}

function bumpsOf(
  entries: Plan['entries'],
  names: NxNames,
  from: Path,
  notes: InitNote[],
): ReadonlyMap<PackageName, Bump> {
  const bumps = new Map<PackageName, Bump>()
  for (const [key, value] of entries) {
    const packages = names.get(key)
    const bump = typeof value === 'string' ? value.replace(/^pre(?=major$|minor$|patch$)/, '') : value
    if (packages === undefined) {
      notes.push({ kind: 'left-behind', from: { file: from, key }, value, because: 'has-no-package' })
    } else if (!isBump(bump)) {
      notes.push({ kind: 'left-behind', from: { file: from, key }, value, because: 'pre-mode' })
    } else {
      if (bump !== value) notes.push({ kind: 'left-behind', from: { file: from, key }, value, because: 'pre-mode' })
      for (const name of packages) bumps.set(name, bump)
    }
  }
  return bumps
}
