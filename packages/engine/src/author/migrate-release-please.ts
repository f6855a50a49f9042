/**
 * A release-please set-up is told about and partly carried: commits count as release-please counts them. Components,
 * plugins and pull request settings live in its own pull request machinery and are left behind.
 */
import { isRecord, own } from '../read/record.ts'
import { setUpFrom, type SetUp } from './set-up.ts'

export const releasePleaseConfig = 'release-please-config.json'

export function migrateReleasePlease(config: unknown): SetUp {
  const setUp = setUpFrom(releasePleaseConfig)
  setUp.toTopsail('release-type', own(config, 'release-type') ?? 'node', 'sources', 'both')
  setUp.toTopsail('release-type', own(config, 'release-type') ?? 'node', 'commits', { preset: 'release-please' })
  carryTags(setUp, config)
  const shiftMinor = own(config, 'bump-patch-for-minor-pre-major') === true
  if (own(config, 'bump-minor-pre-major') === true) {
    setUp.toTopsail('bump-minor-pre-major', true, 'zeroMajor', shiftMinor ? 'shift' : 'major-to-minor')
  } else if (shiftMinor) setUp.leave('bump-patch-for-minor-pre-major', true, 'no-counterpart')
  for (const [name, because] of leftBehind) {
    const value = own(config, name)
    if (value !== undefined && value !== false) setUp.leave(name, value, because)
  }
  leavePackageSettings(setUp, own(config, 'packages'))
  return { config: setUp.config, topsail: setUp.topsail, changesets: [], notes: setUp.notes }
}

/** release-please's own default is `component-v1.2.3`, the component being the name without its scope. */
function carryTags(setUp: ReturnType<typeof setUpFrom>, config: unknown): void {
  const v = own(config, 'include-v-in-tag') === false ? '' : 'v'
  if (own(config, 'include-component-in-tag') === false) {
    setUp.toTopsail('include-component-in-tag', false, 'tagPattern', `${v}{version}`)
    return
  }
  setUp.leave('include-component-in-tag', true, 'tag-per-group')
}

function leavePackageSettings(setUp: ReturnType<typeof setUpFrom>, packages: unknown): void {
  if (!isRecord(packages)) return
  for (const [dir, settings] of Object.entries(packages)) {
    if (!isRecord(settings)) continue
    for (const [name, value] of Object.entries(settings)) {
      if (name === 'package-name' || name === 'release-type') continue
      setUp.leave(`packages["${dir}"].${name}`, value, name === 'exclude-paths' ? 'rooted-pattern' : 'no-counterpart')
    }
  }
}

const leftBehind = [
  ['changelog-sections', 'changelog-format'],
  ['draft', 'forge-release'],
  ['extra-files', 'no-counterpart'],
  ['linked-versions', 'no-counterpart'],
  ['plugins', 'no-counterpart'],
  ['prerelease', 'pre-mode'],
  ['release-as', 'no-counterpart'],
  ['separate-pull-requests', 'commits-and-pushes'],
  ['signoff', 'signature'],
  ['versioning', 'no-counterpart'],
] as const
