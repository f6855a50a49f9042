/**
 * The manifest that goes into a tarball, as the workspace's own package manager would write it: ranges that only mean
 * something inside the workspace become real ones, and `publishConfig` overrides what it may override. npm changes
 * nothing. What cannot be expressed outside stays as it is, and `unpublishableRanges` names it.
 */
import type { PackageName, Range, Version } from '../names.ts'
import { parseRangeForm, throughCatalog, type RangeForm } from '../plan/range.ts'
import { recordOf } from '../record.ts'
import {
  dependencyFields,
  type DependencyField,
  type Manifest,
  type Workspace,
  type WorkspaceTool,
} from '../workspace.ts'

export type PublishContext = {
  readonly tool: WorkspaceTool
  readonly catalogs: Workspace['catalogs']
  versionOf(name: PackageName): Version | undefined
  /** The version of the package in a folder, given as `workspace:` writes it: relative to the package, or to the root. */
  versionIn(path: string): Version | undefined
}

export type UnpublishableRange = {
  readonly field: DependencyField
  readonly dependency: string
  readonly range: Range
}

export function publishedManifest(manifest: Manifest, context: PublishContext): Manifest {
  switch (context.tool) {
    case 'pnpm':
      return withRanges(
        withBinObject(withoutWorkspaceFields(withPublishConfig(manifest, pnpmOverrides, true))),
        context,
      )
    case 'yarn':
      return withRanges(withPublishConfig(manifest, yarnOverrides, false), context)
    case 'bun':
      return withRanges(manifest, context)
    case 'npm':
    case 'lerna':
    case 'root':
      return manifest
  }
}

/** Ranges that nobody outside the workspace can resolve. A link in `devDependencies` is no harm: others never follow it. */
export function unpublishableRanges(manifest: Manifest): readonly UnpublishableRange[] {
  return dependencyFields.flatMap((field) => {
    const forbidden = field === 'devDependencies' ? /^(workspace|catalog):/ : /^(workspace|catalog|link|portal):/
    return rangesOf(manifest, field)
      .filter(([, range]) => forbidden.test(range) || (range.includes('||') && range.includes('workspace:')))
      .map(([dependency, range]) => ({ field, dependency, range }))
  })
}

const pnpmOverrides = [
  'bin',
  'type',
  'imports',
  'main',
  'module',
  'typings',
  'types',
  'exports',
  'browser',
  'esnext',
  'es2015',
  'unpkg',
  'umd:main',
  'os',
  'cpu',
  'libc',
  'engines',
  'typesVersions',
]

const yarnOverrides = ['type', 'main', 'module', 'types', 'typings', 'exports', 'imports', 'browser', 'bin']

function withPublishConfig(manifest: Manifest, overrides: readonly string[], moved: boolean): Manifest {
  const config = manifest.publishConfig
  if (typeof config !== 'object' || config === null) return manifest
  const taken = Object.entries(config).filter(([key]) => overrides.includes(key))
  const left = Object.entries(config).filter(([key]) => !overrides.includes(key))
  const merged = { ...manifest, ...Object.fromEntries(taken) } as Manifest
  if (!moved) return merged
  const { publishConfig: _, ...rest } = merged
  return left.length === 0 ? (rest as Manifest) : { ...merged, publishConfig: Object.fromEntries(left) }
}

function withBinObject(manifest: Manifest): Manifest {
  const bin: unknown = manifest['bin']
  return typeof bin === 'string' && manifest.name !== undefined
    ? ({ ...manifest, bin: { [manifest.name.split('/').at(-1) ?? manifest.name]: bin } } as Manifest)
    : manifest
}

const scriptsOfPublishing = ['prepublishOnly', 'prepack', 'prepare', 'postpack', 'publish', 'postpublish']

function withoutWorkspaceFields(manifest: Manifest): Manifest {
  const { pnpm: _, packageManager: __, ...rest } = manifest
  const scripts: unknown = rest['scripts']
  if (typeof scripts !== 'object' || scripts === null) return rest as Manifest
  const kept = Object.entries(scripts).filter(([name]) => !scriptsOfPublishing.includes(name))
  return { ...rest, scripts: Object.fromEntries(kept) } as Manifest
}

function withRanges(manifest: Manifest, context: PublishContext): Manifest {
  const replaced: Partial<Record<DependencyField, Readonly<Record<PackageName, Range>>>> = {}
  for (const field of dependencyFields) {
    const ranges = rangesOf(manifest, field)
    if (ranges.length === 0) continue
    replaced[field] = recordOf(ranges.map(([name, range]) => [name, publishedRange(name, range, field, context)]))
  }
  return { ...manifest, ...replaced }
}

function publishedRange(name: PackageName, range: Range, field: DependencyField, context: PublishContext): Range {
  if (field === 'peerDependencies' && range.includes('||')) {
    const parts = range.split('||').map((part) => oneRange(name, part.trim(), context))
    return parts.join(' || ')
  }
  return oneRange(name, range, context)
}

function oneRange(name: PackageName, range: Range, context: PublishContext): Range {
  if (range.startsWith('catalog:')) return fromCatalog(name, range, context)
  if (range.startsWith('jsr:')) return context.tool === 'pnpm' ? fromJsr(name, range.slice('jsr:'.length)) : range
  if (!range.startsWith('workspace:')) return range
  return fromWorkspace(name, parseRangeForm(range), range, context) ?? range
}

function fromCatalog(name: PackageName, range: Range, context: PublishContext): Range {
  const form = parseRangeForm(range)
  if (form.kind !== 'catalog') return range
  const catalog = Object.hasOwn(context.catalogs, form.catalog) ? context.catalogs[form.catalog] : undefined
  const entry = catalog !== undefined && Object.hasOwn(catalog, name) ? catalog[name] : undefined
  if (typeof entry !== 'string' || throughCatalog(form, name, context.catalogs).kind === 'catalog') return range
  return oneRange(name, entry.startsWith('catalog:') ? range : entry, { ...context, catalogs: {} })
}

function fromWorkspace(name: PackageName, form: RangeForm, range: Range, context: PublishContext): string | undefined {
  switch (form.kind) {
    case 'workspace-exact':
      return context.versionOf(name)
    case 'workspace-operator': {
      const version = context.versionOf(name)
      return version === undefined ? undefined : `${form.operator}${version}`
    }
    case 'workspace-range':
      return form.range
    case 'workspace-path':
      return context.versionIn(range.slice('workspace:'.length))
    case 'alias': {
      const inner = parseRangeForm(`workspace:${form.range}`)
      const target = fromWorkspace(form.target, inner, `workspace:${form.range}`, context)
      return target === undefined ? undefined : `npm:${form.target}@${target}`
    }
    default:
      return undefined
  }
}

/** jsr.io's packages as its npm registry names them. */
function fromJsr(key: PackageName, spec: string): Range {
  const named = /^@([^/]+)\/([^@]+)(?:@(.+))?$/.exec(spec)
  if (named !== null) return `npm:@jsr/${named[1]}__${named[2]}${named[3] === undefined ? '' : `@${named[3]}`}`
  const own = /^@([^/]+)\/(.+)$/.exec(key)
  return own === null ? `jsr:${spec}` : `npm:@jsr/${own[1]}__${own[2]}@${spec}`
}

function rangesOf(manifest: Manifest, field: DependencyField): readonly (readonly [PackageName, Range])[] {
  const section: unknown = manifest[field]
  if (typeof section !== 'object' || section === null || Array.isArray(section)) return []
  return Object.entries(section).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
}
