/**
 * The corpora of recorded releases: gzipped lines of JSON in which texts are named by id. A case comes out with its
 * texts filled in. They lie beside the project, not in it; `corpusFolder` is undefined where they are absent.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export type Generation = 'v2' | 'v3' | 'v3migrated'

export type ExpectedPackage = {
  readonly path: string
  readonly from: string
  readonly version: string
  readonly ranges?: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly private?: boolean
}

export type ChangesetsCase = {
  readonly id: string
  readonly repo: string
  readonly date: string
  readonly changesetsVersion: string
  readonly assembleVersion: string
  readonly tags: readonly string[]
  readonly lockfiles: readonly string[]
  readonly files: Readonly<Record<string, string>>
  readonly expected: {
    readonly packages: Readonly<Record<string, ExpectedPackage>>
    readonly consumed: readonly string[]
    readonly left: readonly string[]
  }
  readonly after: Readonly<Record<string, string>>
  readonly preAfter?: string
  readonly peers: Readonly<Record<Generation, boolean>>
  readonly peersManifests: Readonly<Record<string, { readonly ranges: boolean; readonly bytes: boolean }>>
  readonly stripped?: unknown
  readonly reason?: string
  readonly olderPeers?: readonly string[]
}

/** `kind` is `changesets` or `commits`. */
export function corpusFolder(kind: string): string | undefined {
  const folder = join(import.meta.dirname, '../../../../shared/replay', kind)
  return existsSync(folder) ? folder : undefined
}

/** One file holds the cases of one repository. */
export function corpusFiles(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson.gz'))
    .toSorted()
    .map((name) => join(folder, name))
}

/** `wanted` is asked with the position of each case. */
export function* readChangesetsCases(
  file: string,
  wanted: (index: number) => boolean = () => true,
): Generator<ChangesetsCase> {
  const texts = new Map<string, string>()
  let index = 0
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) {
    if (line === '') continue
    if (line.startsWith('{"type":"case"') && !wanted(index++)) continue
    const row = JSON.parse(line)
    if (row.type === 'blob') texts.set(row.id, row.text)
    if (row.type !== 'case') continue
    for (const key of ['files', 'after']) row[key] = withTexts(row[key] ?? {}, texts)
    if (row.preAfter !== undefined) row.preAfter = texts.get(row.preAfter)
    yield row
  }
}

function withTexts(ids: Readonly<Record<string, string>>, texts: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(ids).map(([path, id]) => [path, texts.get(id) ?? '']))
}
