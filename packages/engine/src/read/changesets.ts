/**
 * `.changeset/`: the changeset files and the state of pre mode, as text. Which `.md` files are changesets is decided as
 * Changesets decides it; their content is read by core.
 */
import type { ChangesetFile, Path, PreState, Problem } from '@topsail/core'
import type { Files } from '../ports.ts'
import { lineAt, parseJson } from './json-text.ts'
import { isRecord, own, type UnknownRecord } from './record.ts'
import { refusalOf } from './refusal.ts'

export type ChangesetsReading = {
  readonly changesets: readonly ChangesetFile[]
  readonly pre: PreState | undefined
  readonly problems: readonly Problem[]
}

/** No person writes a longer changeset; parsing the front matter of more would only cost time. */
const largestChangeset = 1024 * 1024

export const changesetFolder: Path = '.changeset'

/** Where version 3 puts what a prerelease has used. */
export const movedFolder: Path = '.changeset/pre'

export function readChangesets(files: Files): ChangesetsReading {
  const problems: Problem[] = []
  const changesets = [changesetFolder, movedFolder].flatMap((dir) => readFolder(files, dir, problems))
  return { changesets, pre: readPreState(files, problems), problems }
}

/** The path of a changeset, relative to the workspace root. */
export function isChangesetPath(path: Path): boolean {
  const match = /^\.changeset\/(?:pre\/)?([^/]+)$/.exec(path)
  return match?.[1] !== undefined && isChangesetName(match[1])
}

function isChangesetName(name: string): boolean {
  if (name.startsWith('.') || !name.endsWith('.md')) return false
  return !/^readme\.md$/i.test(name) && !['AGENTS.md', 'CLAUDE.md', 'GEMINI.md'].includes(name)
}

/** Of the files in the folder that should be changesets. */
export function changesetNames(files: Files, dir: Path): readonly string[] {
  const entries = files.entries(dir).filter(({ kind }) => kind !== 'directory' && kind !== 'other')
  return entries.map(({ name }) => name).filter(isChangesetName)
}

function readFolder(files: Files, dir: Path, problems: Problem[]): ChangesetFile[] {
  const found: ChangesetFile[] = []
  for (const name of changesetNames(files, dir)) {
    const path = `${dir}/${name}`
    const text = files.read(path)
    if (text !== undefined && text.length <= largestChangeset) {
      found.push({ id: path.slice(changesetFolder.length + 1, -'.md'.length), path, text })
    } else if (text !== undefined) {
      problems.push({
        code: 'FILE_TOO_LARGE',
        severity: 'quarantined',
        place: { file: path },
        bytes: text.length,
        limit: largestChangeset,
      })
    } else {
      const refusal = refusalOf(files, path)
      if (refusal !== undefined) problems.push(refusal)
    }
  }
  return found
}

function readPreState(files: Files, problems: Problem[]): PreState | undefined {
  const file = '.changeset/pre.json'
  const text = files.read(file)
  if (text === undefined) {
    const refusal = refusalOf(files, file)
    if (refusal !== undefined) problems.push({ ...refusal, severity: 'error' })
    return undefined
  }
  const json = parseJson(text)
  const invalid = (detail: string, line: number): undefined => {
    problems.push({ code: 'PRE_STATE_INVALID', severity: 'error', place: { file, line }, detail })
  }
  if (!json.ok) return invalid(json.detail, json.line)
  const mode = own(json.value, 'mode')
  const tag = own(json.value, 'tag')
  if (!isRecord(json.value)) return invalid('it is not an object', 1)
  if (mode !== 'pre' && mode !== 'exit') return invalid('"mode" must be "pre" or "exit"', lineAt(text, ['mode']))
  if (typeof tag !== 'string' || !/^[0-9A-Za-z.-]+$/.test(tag)) {
    return invalid('"tag" must be letters, digits, dots and hyphens', lineAt(text, ['tag']))
  }
  const initialVersions = own(json.value, 'initialVersions')
  const used = own(json.value, 'changesets')
  if (initialVersions !== undefined && !isRecord(initialVersions)) {
    return invalid('"initialVersions" must map names to versions', lineAt(text, ['initialVersions']))
  }
  if (used !== undefined && !isListOfText(used)) {
    return invalid('"changesets" must be a list of changeset ids', lineAt(text, ['changesets']))
  }
  // What else stands there is of tools beside: it stays, and where it stood.
  const others: object = json.value
  return {
    ...others,
    mode,
    tag,
    ...(initialVersions === undefined ? {} : { initialVersions: versionsIn(initialVersions) }),
    ...(used === undefined ? {} : { changesets: used }),
  }
}

/** Changesets writes null for a package that had no version, and leaves it there. */
function versionsIn(record: UnknownRecord): Readonly<Record<string, string | null>> {
  const versions: Record<string, string | null> = Object.create(null)
  for (const [key, value] of Object.entries(record)) {
    if (typeof value === 'string' || value === null) versions[key] = value
  }
  return versions
}

function isListOfText(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}
