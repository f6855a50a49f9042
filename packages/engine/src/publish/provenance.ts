/**
 * Whether this run can say where a package came from. Only a job of a forge that vouches for it can, and that is known
 * before anything is packed: a release must not stop in its middle for it.
 */
import { isNpmKey, packageOf, type PackageName, type Problem, type PublishUnit, type Workspace } from '@topsail/core'
import type { Environment, NpmConfig } from './npmrc.ts'

export type Provenance = {
  /** Of this run and of `.npmrc`; undefined leaves it to each manifest. */
  readonly asked: boolean | undefined
  /** Undefined: nothing is lacking. */
  readonly lacks: ProvenanceLack | undefined
}

type ProvenanceLack = Extract<Problem, { code: 'PROVENANCE_UNAVAILABLE' }>['lacks']

export function provenanceOf(asked: boolean | undefined, config: NpmConfig, env: Environment): Provenance {
  const { provenance } = config.requestOptions('https://registry.npmjs.org/')
  return { asked: asked ?? (provenance === true ? true : undefined), lacks: lackIn(env) }
}

/** As libnpmpublish asks it, once an upload has begun. */
function lackIn(env: Environment): ProvenanceLack | undefined {
  if (env['GITHUB_ACTIONS']) return env['ACTIONS_ID_TOKEN_REQUEST_URL'] ? undefined : 'github-permission'
  if (env['GITLAB_CI']) return env['SIGSTORE_ID_TOKEN'] ? undefined : 'gitlab-token'
  return 'job'
}

export function provenanceProblems(
  { asked, lacks }: Provenance,
  units: readonly PublishUnit[],
  { packages }: Workspace,
): readonly Problem[] {
  if (lacks === undefined || asked === false) return []
  const inManifest = new Set(
    packages.flatMap(({ name, manifest }) => (manifest.publishConfig?.['provenance'] === true ? [name] : [])),
  )
  const names = new Set<PackageName>()
  for (const { name, upload } of units) {
    const isWanted = asked === true || inManifest.has(packageOf(name))
    if (upload !== undefined && isNpmKey(name) && isWanted) names.add(packageOf(name))
  }
  return names.size === 0
    ? []
    : [{ code: 'PROVENANCE_UNAVAILABLE', severity: 'error', names: [...names], lacks, inManifest: asked === undefined }]
}
