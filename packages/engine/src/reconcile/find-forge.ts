/** The forge that a job is in, or that the git remote lies on, with the credential that the environment has for it. */
import type { Problem } from '@topsail/core'
import { openForge, readForgeEnvironment, type Environment } from '../forge/forge-environment.ts'
import type { Forge } from '../forge/forge.ts'
import type { Git } from '../ports.ts'

export type FoundForge = { readonly forge: Forge } | { readonly problem: Problem }

export async function findForge(git: Git, remote: string, env: Environment): Promise<FoundForge> {
  const environment = await readForgeEnvironment(env, async () => {
    const answer = await git(['remote', 'get-url', '--', remote])
    return answer.kind === 'done' && answer.code === 0 ? answer.stdout.trim() : undefined
  })
  const { place } = environment
  if (place === undefined) return { problem: { code: 'FORGE_UNKNOWN', severity: 'error', remote } }
  // The token that GitLab gives to a job opens no merge request.
  const forge = environment.isJobToken ? undefined : await openForge(environment)
  if (forge !== undefined) return { forge }
  return { problem: { code: 'FORGE_WITHOUT_TOKEN', severity: 'error', forge: place.webUrl, kind: place.kind } }
}
