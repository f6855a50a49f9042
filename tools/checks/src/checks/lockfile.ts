/**
 * The lockfile works behind any registry: it names no host, and nothing comes from git or a tarball address.
 */
import type { Check } from '../table.ts'

export const lockfile: Check = {
  name: 'lockfile',
  asks: 'is the lockfile free of host names?',
  run: ({ files }) => hostNames(files.find(({ path }) => path === 'pnpm-lock.yaml')?.text),
}

export function hostNames(text: string | undefined): readonly string[] {
  if (text === undefined) return ['pnpm-lock.yaml is missing']
  return text.split('\n').flatMap((line, index) => {
    const address = /\b(?:https?|git\+\w+|ssh|git):\/\/[^\s'"}]+|\btarball:/.exec(line)?.[0]
    return address === undefined ? [] : [`pnpm-lock.yaml:${index + 1} names ${address}`]
  })
}
