/**
 * What a release changes in a lockfile, where that can be told from the text alone: the ranges of linked workspace
 * packages, and in npm's and bun's lockfiles their versions too. Everything else is left to the package manager, which
 * verifies the result in any case.
 */
import { editJsonStrings, type JsonEdit } from './manifest-edit.ts'
import type { Path } from '../names.ts'
import type { RangeEdit, ReleasePlan } from '../release-plan.ts'

export const lockfileNames = [
  'pnpm-lock.yaml',
  'package-lock.json',
  'npm-shrinkwrap.json',
  'yarn.lock',
  'bun.lock',
] as const
export type LockfileName = (typeof lockfileNames)[number]

export type LockfileEdit =
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'edited'; readonly text: string }
  /** Only the package manager can tell. */
  | { readonly kind: 'unknown' }

export function editLockfile(name: LockfileName, text: string, plan: ReleasePlan): LockfileEdit {
  const edits = placedEdits(plan)
  switch (name) {
    case 'pnpm-lock.yaml':
      return editPnpmLockfile(text, edits)
    case 'package-lock.json':
    case 'npm-shrinkwrap.json':
      return editNpmLockfile(text, plan, edits)
    case 'bun.lock':
      return edited(text, editJsonStrings(text, jsonEdits('workspaces', plan, edits), true))
    case 'yarn.lock':
      // Yarn 1 does not record workspaces; later ones record their ranges in the keys of entries.
      return edits.length === 0 || text.includes('# yarn lockfile v1') ? { kind: 'unchanged' } : { kind: 'unknown' }
  }
}

type PlacedEdit = RangeEdit & { readonly dir: Path }

function placedEdits(plan: ReleasePlan): PlacedEdit[] {
  return [...plan.releases, ...plan.rewrites].flatMap(({ dir, rangeEdits }) =>
    rangeEdits.map((edit) => ({ ...edit, dir })),
  )
}

/** The second generation repeats ranges in its old half, which nothing but npm should write. */
function editNpmLockfile(text: string, plan: ReleasePlan, edits: readonly PlacedEdit[]): LockfileEdit {
  if (!/^\s*"lockfileVersion":\s*3\b/m.test(text)) return { kind: 'unknown' }
  return edited(text, editJsonStrings(text, jsonEdits('packages', plan, edits), true))
}

function jsonEdits(section: string, plan: ReleasePlan, edits: readonly PlacedEdit[]): JsonEdit[] {
  const keyOf = (dir: Path): string => (dir === '.' ? '' : dir)
  return [
    ...plan.releases.map(({ dir, to }) => ({ path: [section, keyOf(dir), 'version'], value: to })),
    ...edits.map(({ dir, field, dependency, to }) => ({ path: [section, keyOf(dir), field, dependency], value: to })),
  ]
}

function edited(before: string, after: string | undefined): LockfileEdit {
  if (after === undefined) return { kind: 'unknown' }
  return after === before ? { kind: 'unchanged' } : { kind: 'edited', text: after }
}

/**
 * Only `importers` says what a workspace package asks for, four levels deep: folder, section, dependency, specifier.
 * pnpm writes the file itself, so its indentation is its structure. A dependency that is not a link came from a
 * registry, and with another range it would be another one.
 */
function editPnpmLockfile(text: string, edits: readonly PlacedEdit[]): LockfileEdit {
  if (edits.length === 0) return { kind: 'unchanged' }
  const wanted = new Map(edits.map((edit) => [keyOf(edit.dir, edit.dependency, edit.from), edit.to]))
  const lines = text.split('\n')
  const path: string[] = []
  let hasImporters = false
  for (const [index, line] of lines.entries()) {
    const match = yamlEntry.exec(line)
    if (match === null) continue
    const [, indent = '', key = '', value = ''] = match
    path.length = indent.length / 2
    path.push(unquoted(key))
    if (path[0] !== 'importers') continue
    hasImporters = true
    const [, dir = '', , dependency = '', leaf] = path
    if (leaf !== 'specifier') continue
    const to = wanted.get(keyOf(dir, dependency, unquoted(value)))
    if (to === undefined) continue
    if (!/^ +version: '?link:/.test(lines[index + 1] ?? '')) return { kind: 'unknown' }
    lines[index] = `${indent}specifier: ${quotedLike(value, to)}${line.endsWith('\r') ? '\r' : ''}`
  }
  return hasImporters ? edited(text, lines.join('\n')) : { kind: 'unknown' }
}

const yamlEntry = /^((?:  )*)('[^']*'|"[^"]*"|[^\s'"#][^:]*):(?: +(.*?))?\r?$/

function keyOf(dir: string, dependency: string, range: string): string {
  return JSON.stringify([dir, dependency, range])
}

function unquoted(text: string): string {
  return /^(['"]).*\1$/.test(text) ? text.slice(1, -1) : text
}

/** A plain scalar may not begin with one of YAML's indicators. */
function quotedLike(before: string, value: string): string {
  return before.startsWith("'") || /^[>|*&!%@`?,[\]{}#"'-]/.test(value) ? `'${value}'` : value
}
