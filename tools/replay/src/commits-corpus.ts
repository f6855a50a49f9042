/** Recorded releases of repositories that release from commits: what each case says, read as it stands. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { ExpectedPackage } from './corpus.ts'

export type RecordedCommit = {
  readonly id: string
  readonly sha: string
  readonly subject: string
  readonly body: string
  readonly files: readonly string[]
  /** More than `files` holds where the list was cut. */
  readonly filesTotal: number
}

export type RecordedPackage = {
  readonly path: string
  readonly version: string
  readonly private?: boolean
  /** What the package had not released, oldest first, among commits that touch it. */
  readonly commits: readonly string[]
}

export type CommitsCase = {
  readonly id: string
  readonly repo: string
  readonly kind: string
  readonly commit: string
  readonly files: Readonly<Record<string, string>>
  readonly packages: Readonly<Record<string, RecordedPackage>>
  readonly commits: ReadonlyMap<string, RecordedCommit>
  readonly expected: { readonly packages: Readonly<Record<string, ExpectedPackage>> }
  /** Whether the commits alone lead to the recorded versions. */
  readonly model: { readonly versions: boolean }
}

export function* readCommitsCases(file: string): Generator<CommitsCase> {
  const texts = new Map<string, string>()
  const commits = new Map<string, RecordedCommit>()
  for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) {
    if (line === '') continue
    const row = JSON.parse(line)
    if (row.type === 'blob') texts.set(row.id, row.text)
    else if (row.type === 'commit') commits.set(row.id, row)
    else if (row.type === 'case') {
      const files = Object.entries<string>(row.files ?? {}).map(([path, id]) => [path, texts.get(id) ?? ''] as const)
      yield { ...row, files: Object.fromEntries(files), commits }
    }
  }
}
