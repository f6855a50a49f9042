/**
 * What a manifest writes after a dependency's name, taken apart once, and the plain range it stands for while its
 * dependency has a certain version. `workspace:*` is the exact version and `workspace:^` the caret of it, for that is
 * what the published manifest will say.
 */
import type { PackageName, Path, Range, Version } from '../names.ts'
import { isRange } from '../versions.ts'
import type { Workspace } from '../workspace.ts'

export type RangeForm =
  | { readonly kind: 'workspace-exact' }
  | { readonly kind: 'workspace-operator'; readonly operator: '^' | '~' }
  | { readonly kind: 'workspace-range'; readonly range: string }
  | { readonly kind: 'workspace-path'; readonly path: Path }
  | { readonly kind: 'range'; readonly range: string }
  | { readonly kind: 'catalog'; readonly catalog: string }
  | { readonly kind: 'alias'; readonly target: PackageName; readonly range: string; readonly workspace: boolean }
  | { readonly kind: 'file'; readonly path: Path }
  | { readonly kind: 'tag' }
  | { readonly kind: 'protocol' }

/** Forms by their text: a workspace writes few different ranges, again and again. */
const forms = new Map<Range, RangeForm>()
const mostForms = 100_000

export function parseRangeForm(range: Range): RangeForm {
  const known = forms.get(range)
  if (known !== undefined) return known
  if (forms.size >= mostForms) forms.clear()
  const form = readForm(range)
  forms.set(range, form)
  return form
}

function readForm(range: Range): RangeForm {
  if (range.startsWith('workspace:')) return workspaceForm(range.slice('workspace:'.length))
  if (range.startsWith('catalog:'))
    return { kind: 'catalog', catalog: range.slice('catalog:'.length).trim() || 'default' }
  if (range.startsWith('npm:')) return aliasForm(range.slice('npm:'.length), false) ?? { kind: 'protocol' }
  if (range.startsWith('file:') || range.startsWith('link:')) {
    return { kind: 'file', path: normalizePath(range.slice('file:'.length)) }
  }
  if (range.includes(':')) return { kind: 'protocol' }
  return isRange(range) ? { kind: 'range', range } : { kind: 'tag' }
}

export function usesWorkspaceProtocol(form: RangeForm): boolean {
  return form.kind.startsWith('workspace-') || (form.kind === 'alias' && form.workspace)
}

/** The package a range really names: `npm:@acme/db@^1` means `@acme/db` whatever the key says. */
export function targetOf(form: RangeForm, key: PackageName): PackageName {
  return form.kind === 'alias' ? form.target : key
}

/** What a `catalog:` range stands for, any depth of nothing but one step: catalogs do not refer to catalogs. */
export function throughCatalog(form: RangeForm, key: PackageName, catalogs: Workspace['catalogs']): RangeForm {
  if (form.kind !== 'catalog') return form
  const catalog = Object.hasOwn(catalogs, form.catalog) ? catalogs[form.catalog] : undefined
  const range = catalog !== undefined && Object.hasOwn(catalog, key) ? catalog[key] : undefined
  const resolved = typeof range === 'string' ? parseRangeForm(range) : undefined
  return resolved === undefined || resolved.kind === 'catalog' ? { kind: 'protocol' } : resolved
}

/** Undefined when the form says nothing about versions: a file, a tag, another folder, another protocol. */
export function effectiveRange(form: RangeForm, version: Version, dir: Path): string | undefined {
  switch (form.kind) {
    case 'workspace-exact':
      return version
    case 'workspace-operator':
      return `${form.operator}${version}`
    case 'workspace-range':
    case 'range':
      return form.range
    case 'workspace-path':
      return form.path === dir ? version : undefined
    case 'alias':
      return form.workspace ? effectiveRange(workspaceForm(form.range), version, dir) : form.range
    case 'catalog':
    case 'file':
    case 'tag':
    case 'protocol':
      return undefined
  }
}

function workspaceForm(text: string): RangeForm {
  if (text === '*') return { kind: 'workspace-exact' }
  if (text === '^' || text === '~') return { kind: 'workspace-operator', operator: text }
  if (!text.includes(':') && isRange(text)) return { kind: 'workspace-range', range: text }
  return aliasForm(text, true) ?? { kind: 'workspace-path', path: normalizePath(text) }
}

/** `name@range` or `@scope/name@range`; a path such as `../db` is not one. */
const aliasPattern = /^((?:@[^@/\s]+\/)?[^@/\s.][^@/\s]*)@([^@]*)$/

function aliasForm(text: string, workspace: boolean): RangeForm | undefined {
  const match = aliasPattern.exec(text)
  const target = match?.[1]
  return target === undefined ? undefined : { kind: 'alias', target, range: match?.[2] ?? '', workspace }
}

/** As `path.posix.normalize` does it, a trailing slash kept: `./packages//db` is `packages/db`. */
export function normalizePath(path: string): Path {
  if (path === '') return '.'
  const rooted = path.startsWith('/')
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (!rooted) parts.push('..')
  }
  const joined = parts.join('/')
  if (joined === '') return rooted ? '/' : path.endsWith('/') ? './' : '.'
  return `${rooted ? '/' : ''}${joined}${path.endsWith('/') ? '/' : ''}`
}
