/**
 * What commits did to the versions in manifests: one `git log` over the given commits for the blobs before and after,
 * one `git cat-file` for their texts. In a blobless clone the blobs that are missing are fetched together first.
 */
import type { Path, Sha } from '@topsail/core'
import type { Git } from '../ports.ts'
import { parseJson } from './json-text.ts'
import { own } from './record.ts'

export type ManifestEdit = {
  readonly commit: Sha
  readonly dir: Path
  /** Undefined where there was no manifest, or no version in it. */
  readonly before: string | undefined
  readonly after: string | undefined
}

type BlobEdit = { readonly commit: Sha; readonly dir: Path; readonly before: string; readonly after: string }

type Place = { readonly git: Git; readonly prefix: string }

/** In the order of `wanted`. A text instead is what git said in failing. */
export async function readManifestEdits(
  place: Place,
  wanted: ReadonlyMap<Sha, ReadonlySet<Path>>,
): Promise<readonly ManifestEdit[] | string> {
  if (wanted.size === 0) return []
  const edits = await readBlobEdits(place, wanted)
  if (typeof edits === 'string') return edits
  const versions = await readVersions(place.git, new Set(edits.flatMap(({ before, after }) => [before, after])))
  if (typeof versions === 'string') return versions
  return edits.map((edit) => ({ ...edit, before: versions.get(edit.before), after: versions.get(edit.after) }))
}

async function readBlobEdits(
  { git, prefix }: Place,
  wanted: ReadonlyMap<Sha, ReadonlySet<Path>>,
): Promise<readonly BlobEdit[] | string> {
  const answer = await git(
    [
      'log',
      '--stdin',
      '--no-walk=unsorted',
      '-z',
      '--format=%x01%H',
      '--raw',
      '--no-abbrev',
      '--no-renames',
      '--end-of-options',
      '--',
      ':(glob)**/package.json',
    ],
    { input: [...wanted.keys()].map((sha) => `${sha}\n`).join('') },
  )
  if (answer.kind === 'missing') return answer.detail
  if (answer.code !== 0) return answer.stderr
  const edits: BlobEdit[] = []
  let commit = ''
  let blobs: readonly string[] = []
  for (const token of answer.stdout.split('\0')) {
    if (blobs.length > 0) {
      const dir = folderOf(token.slice(prefix.length))
      if (wanted.get(commit)?.has(dir) === true)
        edits.push({ commit, dir, before: blobs[2] ?? '', after: blobs[3] ?? '' })
      blobs = []
    } else if (token.startsWith('\x01')) {
      commit = token.slice(1).trim()
    } else {
      const raw = token.trim()
      if (raw.startsWith(':')) blobs = raw.split(' ')
    }
  }
  return edits
}

function folderOf(path: Path): Path {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '.' : path.slice(0, slash)
}

/** The null object stands for no file. */
async function readVersions(git: Git, blobs: ReadonlySet<string>): Promise<ReadonlyMap<string, string> | string> {
  const versions = new Map<string, string>()
  const asked = [...blobs].filter((blob) => /[1-9a-f]/.test(blob))
  if (asked.length === 0) return versions
  await fetchMissing(git, asked)
  const chunks: Buffer[] = []
  const answer = await git(['cat-file', '--batch', '--buffer'], {
    input: asked.map((blob) => `${blob}\n`).join(''),
    onOutput: (chunk) => chunks.push(chunk),
  })
  if (answer.kind === 'missing') return answer.detail
  if (answer.code !== 0) return answer.stderr
  const output = Buffer.concat(chunks)
  for (let at = 0; at < output.length;) {
    const lineEnd = output.indexOf('\n', at)
    const [blob = '', kind, size] = output.toString('latin1', at, lineEnd).split(' ')
    at = lineEnd + 1
    if (kind !== 'blob') continue
    const end = at + Number(size)
    const version = versionIn(output.toString('utf8', at, end))
    if (version !== undefined) versions.set(blob, version)
    at = end + 1
  }
  return versions
}

function versionIn(text: string): string | undefined {
  const json = parseJson(text)
  const version = json.ok ? own(json.value, 'version') : undefined
  return typeof version === 'string' ? version : undefined
}

/** Without this a blobless clone would ask its remote once per blob. */
async function fetchMissing(git: Git, blobs: readonly string[]): Promise<void> {
  const filter = await git(['config', '--get-regexp', '^remote\\..*\\.promisor$'])
  if (filter.kind === 'missing' || filter.code !== 0) return
  const remote = /^remote\.(.+)\.promisor /.exec(filter.stdout)?.[1]
  if (remote === undefined || remote.startsWith('-')) return
  const present = await git(
    ['rev-list', '--objects', '--missing=print', '--no-object-names', '--stdin', '--ignore-missing'],
    {
      input: blobs.map((blob) => `${blob}\n`).join(''),
      env: { GIT_NO_LAZY_FETCH: '1' },
    },
  )
  if (present.kind === 'missing') return
  const here = new Set(present.stdout.split('\n').filter((line) => !line.startsWith('?')))
  const missing = blobs.filter((blob) => !here.has(blob))
  if (missing.length === 0) return
  const quietly = [
    '-c',
    'fetch.negotiationAlgorithm=noop',
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--recurse-submodules=no',
  ]
  await git([...quietly, '--filter=blob:none', '--stdin', remote], {
    input: missing.map((blob) => `${blob}\n`).join(''),
  })
}
