/**
 * A shallow clone ends somewhere, and what lies before is not known to be absent. It is deepened in steps from the
 * remote that it came from; which tags there are is asked without fetching them.
 */
import type { Sha } from '@topsail/core'
import type { Git } from '../ports.ts'
import type { Tags } from './tags.ts'

/** How far each step deepens; the last takes all. */
export const deepeningSteps = ['--deepen=100', '--deepen=1000', '--deepen=10000', '--unshallow'] as const

/** The remote a clone most likely came from; undefined when there is none. */
export async function remoteOf(git: Git): Promise<string | undefined> {
  const answer = await git(['remote'])
  if (answer.kind === 'missing' || answer.code !== 0) return undefined
  const names = answer.stdout.split('\n').filter((name) => name !== '' && !name.startsWith('-'))
  return names.includes('origin') ? 'origin' : names[0]
}

/** Tag name to commit, as the remote has them; empty when it cannot be asked. */
export async function remoteTags(git: Git, remote: string): Promise<Tags> {
  const answer = await git(['ls-remote', '--tags', '--quiet', remote])
  const tags = new Map<string, Sha>()
  if (answer.kind === 'missing' || answer.code !== 0) return tags
  for (const line of answer.stdout.split('\n')) {
    const match = /^([0-9a-f]+)\trefs\/tags\/(.+?)(\^\{\})?$/.exec(line)
    // The peeled line of an annotated tag comes after its own and is the commit.
    if (match?.[1] !== undefined && match[2] !== undefined) tags.set(match[2], match[1])
  }
  return tags
}

/** Whether the remote gave more. */
export async function deepen(git: Git, remote: string, step: (typeof deepeningSteps)[number]): Promise<boolean> {
  const answer = await git([
    'fetch',
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--recurse-submodules=no',
    step,
    remote,
  ])
  return answer.kind === 'done' && answer.code === 0
}

export async function isShallow(git: Git): Promise<boolean> {
  const answer = await git(['rev-parse', '--is-shallow-repository'])
  return answer.kind === 'done' && answer.stdout.trim() === 'true'
}
