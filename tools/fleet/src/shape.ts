/**
 * The packages of a generated monorepo and the edges between them, before any history. Edges point only to packages
 * that come earlier, so the graph has no cycle; a few libraries are used by very many, as everywhere.
 */
import type { Random } from './random.ts'

export const sizes = {
  S: { packages: 50, commits: 500, changesets: 20 },
  M: { packages: 300, commits: 5_000, changesets: 100 },
  L: { packages: 1_000, commits: 20_000, changesets: 300 },
  XL: { packages: 5_000, commits: 100_000, changesets: 1_000 },
} as const
export type SizeName = keyof typeof sizes

export type FleetSize = { readonly packages: number; readonly commits: number; readonly changesets: number }

export type FleetDependency = {
  readonly field: 'dependencies' | 'devDependencies' | 'peerDependencies'
  readonly name: string
  readonly range: string
}

export type FleetPackage = {
  readonly name: string
  readonly shortName: string
  readonly dir: string
  readonly kind: 'library' | 'service'
  /** Its first version; later ones only ever add patches and minors, so that no caret range is left. */
  readonly version: string
  readonly dependencies: readonly FleetDependency[]
}

export function drawPackages(count: number, random: Random): readonly [FleetPackage, ...FleetPackage[]] {
  const first = drawPackage(0, 'library', [], random)
  const packages: [FleetPackage, ...FleetPackage[]] = [first]
  const libraries = Math.max(1, Math.round(count * 0.4))
  while (packages.length < count) {
    const kind = packages.length < libraries ? 'library' : 'service'
    packages.push(drawPackage(packages.length, kind, packages, random))
  }
  return packages
}

function drawPackage(
  index: number,
  kind: FleetPackage['kind'],
  earlier: readonly FleetPackage[],
  random: Random,
): FleetPackage {
  const shortName = shortNameOf(index, kind)
  return {
    name: `@acme/${shortName}`,
    shortName,
    dir: `packages/${shortName}`,
    kind,
    version: `${1 + random.below(4)}.${random.below(12)}.${random.below(6)}`,
    dependencies: drawDependencies(kind, earlier, random),
  }
}

const domains = (
  'orders, billing, catalog, checkout, customers, delivery, discounts, email, fraud, gateway, identity, ' +
  'inventory, invoices, ledger, loyalty, media, messages, metrics, notices, offers, partners, payments, ' +
  'payouts, pricing, profiles, receipts, refunds, reports, returns, reviews, search, sellers, sessions, ' +
  'settings, shipping, stock, support, taxes, tickets, warehouse'
).split(', ')
const roles = {
  library: ['client', 'schema', 'events', 'model', 'store', 'rules', 'testing', 'types', 'cache', 'format'],
  service: ['api', 'worker', 'web', 'cron', 'admin', 'sync', 'export', 'import', 'relay', 'audit', 'hooks', 'jobs'],
}

/** `orders-client`, and from the second round on `orders-client-2`: unique for any count. */
function shortNameOf(index: number, kind: FleetPackage['kind']): string {
  const domain = domains[index % domains.length]
  const role = roles[kind][Math.floor(index / domains.length) % roles[kind].length]
  const round = Math.floor(index / (domains.length * roles[kind].length))
  return round === 0 ? `${domain}-${role}` : `${domain}-${role}-${round + 1}`
}

/** 3.6 a package on average once enough earlier ones exist; squaring the draw makes the earliest the hubs. */
function drawDependencies(
  kind: FleetPackage['kind'],
  earlier: readonly FleetPackage[],
  random: Random,
): readonly FleetDependency[] {
  const wanted = Math.min(earlier.length, (kind === 'library' ? 2 : 3) + random.below(3))
  const chosen = new Map<string, FleetDependency>()
  for (let draw = 0; draw < 4 * wanted && chosen.size < wanted; draw += 1) {
    const dependency = earlier[Math.floor(earlier.length * random.next() ** 2)]
    if (dependency !== undefined && !chosen.has(dependency.name)) {
      chosen.set(dependency.name, drawEdge(dependency, kind, random))
    }
  }
  return [...chosen.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

function drawEdge(dependency: FleetPackage, kind: FleetPackage['kind'], random: Random): FleetDependency {
  const draw = random.next()
  const { name } = dependency
  if (draw < 0.08) return { field: 'devDependencies', name, range: 'workspace:*' }
  if (draw < 0.12 && kind === 'library') return { field: 'peerDependencies', name, range: `^${dependency.version}` }
  if (draw < 0.3) return { field: 'dependencies', name, range: `^${dependency.version}` }
  if (draw < 0.4) return { field: 'dependencies', name, range: 'workspace:~' }
  return { field: 'dependencies', name, range: 'workspace:^' }
}
