/**
 * The version of a snapshot release: `0.0.0-<tag>-<datetime>`, or the template of the settings, on top of `0.0.0` so that
 * no range takes it for a release, or of the calculated version where the settings ask for that.
 */
import type { Version } from '../names.ts'
import type { Problem } from '../problem.ts'
import type { Snapshot } from '../snapshot.ts'
import { parseVersion } from '../versions.ts'

export type SnapshotVersions = {
  readonly versionFrom: (calculated: Version) => Version
  readonly problems: readonly Problem[]
}

/** Undefined when no snapshot release was asked for. */
export function snapshotVersions(snapshot: Snapshot): SnapshotVersions | undefined {
  const request = snapshot.snapshotRelease
  if (request === undefined) return undefined
  const { useCalculatedVersion, prereleaseTemplate: template } = snapshot.settings.snapshot
  const problems: Problem[] = []
  if (snapshot.pre?.mode === 'pre') {
    const place = { file: '.changeset/pre.json' }
    problems.push({ code: 'SNAPSHOT_IN_PRE_MODE', severity: 'error', place, tag: snapshot.pre.tag })
  }
  const suffix =
    template === undefined || template === '' ? plainSuffix(snapshot) : fillTemplate(template, snapshot, problems)
  const version = `0.0.0-${suffix}`
  if (problems.length === 0 && parseVersion(version) === undefined) {
    problems.push({ code: 'SNAPSHOT_VERSION_INVALID', severity: 'error', version })
  }
  const versionFrom = (calculated: Version): Version => `${useCalculatedVersion ? calculated : '0.0.0'}-${suffix}`
  return { versionFrom, problems }
}

function plainSuffix(snapshot: Snapshot): string {
  const tag = snapshot.snapshotRelease?.tag
  return tag === undefined || tag === '' ? datetime(snapshot.now) : `${tag}-${datetime(snapshot.now)}`
}

function fillTemplate(template: string, snapshot: Snapshot, problems: Problem[]): string {
  const { tag, commit = snapshot.head } = snapshot.snapshotRelease ?? { tag: undefined }
  const place = { file: '.changeset/config.json' }
  if (tag !== undefined && !template.includes('{tag}')) {
    problems.push({ code: 'SNAPSHOT_TAG_NOT_IN_TEMPLATE', severity: 'error', place, tag, template })
  }
  const values: readonly (readonly [string, string | undefined])[] = [
    ['commit', commit],
    ['commit-short', commit?.slice(0, 7)],
    ['tag', tag],
    ['timestamp', String(Date.parse(snapshot.now))],
    ['datetime', datetime(snapshot.now)],
  ]
  let text = template
  for (const [placeholder, value] of values) {
    if (!text.includes(`{${placeholder}}`)) continue
    if (value === undefined) {
      problems.push({ code: 'SNAPSHOT_PLACEHOLDER_EMPTY', severity: 'error', place, placeholder, template })
    }
    text = text.replaceAll(`{${placeholder}}`, () => value ?? '')
  }
  return text
}

/** `2026-11-22T16:50:00.123Z` is `20261122165000`. */
function datetime(now: string): string {
  return now.replace(/\.\d{3}Z$/, '').replaceAll(/\D/g, '')
}
