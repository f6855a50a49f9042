/**
 * Catalogs: the ranges that `catalog:` and `catalog:NAME` stand for. pnpm keeps them in pnpm-workspace.yaml, yarn in
 * .yarnrc.yml, bun in the root manifest. `default` holds the unnamed one.
 */
import type { Package, PackageName, Problem, Range, Workspace, WorkspaceTool } from '@topsail/core'
import type { Files } from '../ports.ts'
import { isRecord, own } from './record.ts'
import { readYaml } from './yaml-text.ts'

export type CatalogReading = { readonly catalogs: Workspace['catalogs']; readonly problems: readonly Problem[] }

export function readCatalogs(files: Files, tool: WorkspaceTool, root: Package): CatalogReading {
  if (tool === 'bun') return { catalogs: catalogsOf(root.manifest, own(root.manifest, 'workspaces')), problems: [] }
  const yaml = readYaml(files, tool === 'yarn' ? '.yarnrc.yml' : 'pnpm-workspace.yaml')
  // A pnpm-workspace.yaml that cannot be read was reported when the tool was told.
  if (yaml === undefined || !yaml.ok)
    return { catalogs: {}, problems: yaml === undefined || tool !== 'yarn' ? [] : [yaml.problem] }
  return { catalogs: catalogsOf(yaml.value), problems: [] }
}

function catalogsOf(...sources: readonly unknown[]): Workspace['catalogs'] {
  const catalogs: Record<string, Readonly<Record<PackageName, Range>>> = Object.create(null)
  for (const source of sources) {
    const named = own(source, 'catalogs')
    for (const [name, ranges] of isRecord(named) ? Object.entries(named) : []) catalogs[name] = rangesOf(ranges)
    const unnamed = own(source, 'catalog')
    if (isRecord(unnamed)) catalogs['default'] = rangesOf(unnamed)
  }
  return catalogs
}

function rangesOf(value: unknown): Readonly<Record<PackageName, Range>> {
  const ranges: Record<PackageName, Range> = Object.create(null)
  for (const [name, range] of isRecord(value) ? Object.entries(value) : []) {
    if (typeof range === 'string') ranges[name] = range
  }
  return ranges
}
