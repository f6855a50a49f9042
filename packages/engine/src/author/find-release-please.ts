/**
 * release-please without a configuration of its own: told in the file of its GitHub app, or in the step of a workflow that
 * runs its action. What is found stands as the configuration that would say the same.
 */
import type { Path } from '@topsail/core'
import type { Files } from '../ports.ts'
import { isRecord, own } from '../read/record.ts'
import { readYaml } from '../read/yaml-text.ts'
import type { Found } from './find-set-up.ts'

export function releasePleaseWithoutConfig(files: Files): Found | undefined {
  const app = '.github/release-please.yml'
  const told = valueOf(files, app)
  // With `manifest` it has a configuration, which would have been found.
  if (told !== undefined && own(told, 'manifest') !== true) return foundAt(app, packageOf(told, dashed))
  const folder = '.github/workflows'
  for (const { kind, name } of files.entries(folder)) {
    if (kind !== 'file' || !/\.ya?ml$/.test(name)) continue
    const file = `${folder}/${name}`
    // Most workflows are about something else.
    if (files.read(file)?.includes('release-please-action') !== true) continue
    const step = stepsOf(valueOf(files, file)).find((each) =>
      String(own(each, 'uses')).includes('release-please-action'),
    )
    const inputs = own(step, 'with')
    if (own(inputs, 'release-type') !== undefined)
      return foundAt(
        file,
        packageOf(inputs, (key) => key),
      )
  }
  return undefined
}

function valueOf(files: Files, file: Path): unknown {
  const yaml = readYaml(files, file)
  return yaml?.ok === true ? yaml.value : undefined
}

function foundAt(file: Path, config: Found['config']): Found {
  return { tool: 'release-please', file, config, problems: [] }
}

function stepsOf(workflow: unknown): readonly unknown[] {
  const jobs = own(workflow, 'jobs')
  return Object.values(isRecord(jobs) ? jobs : {}).flatMap((job) => {
    const steps = own(job, 'steps')
    return Array.isArray(steps) ? (steps as readonly unknown[]) : []
  })
}

/** About the run of the app or the action, not about releases. */
const ofTheRun = new Set([
  'branches',
  'command',
  'config-file',
  'default-branch',
  'fork',
  'github-api-url',
  'handle-g-h-release',
  'manifest-file',
  'monorepo-tags',
  'on-demand',
  'path',
  'primary-branch',
  'proxy-server',
  'repo-url',
  'target-branch',
  'token',
])

function packageOf(told: unknown, named: (key: string) => string): Found['config'] {
  const entries = Object.entries(isRecord(told) ? told : {}).map(([key, value]) => [named(key), value] as const)
  const path = own(told, 'path')
  // Without a configuration the name of the package is left out of tags, unless it is asked for.
  const tags: readonly [string, unknown] = ['include-component-in-tag', own(told, 'monorepoTags') === true]
  const settings = Object.fromEntries([tags, ...entries.filter(([key]) => !ofTheRun.has(key))])
  return { packages: { [typeof path === 'string' && path !== '' ? path : '.']: settings } }
}

/** `bumpMinorPreMajor` of the app is `bump-minor-pre-major` of a configuration. */
function dashed(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
