/**
 * The ports of a release for real: this clone, its remote, the registries, the clock on the wall.
 */
import { join } from 'node:path'
import type { PackageName, Version } from '@topsail/core'
import { objectStore } from '../adapters/git-objects.ts'
import { gitIn } from '../adapters/git-process.ts'
import type { Clock } from '../publish/clock.ts'
import type { Registry } from '../publish/registry.ts'
import { gitTags } from '../publish/tags.ts'
import type { Announcer } from './announcer.ts'
import type { GitFacts } from '../read/git-facts.ts'
import { diskHolders, diskJournals, diskTarballs, tarballFolder } from './disk-state.ts'
import { fileRefStore } from './file-ref-store.ts'
import { gitRefStore } from './git-ref-store.ts'
import type { ReleaseClock, ReleasePorts } from './ports.ts'
import { releaseIdAt } from './release-id.ts'
import { packerAt, type PackingOptions } from './release-packer.ts'
import { revertBranches } from './revert-branch.ts'
import { gitSources } from './set-sources.ts'

export type DiskPortsOptions = PackingOptions & {
  registryAt(url: string): Registry
  /** How the tag of a version is named. */
  tagOf(name: PackageName, version: Version): string
  /** Packages that are Go modules too. */
  readonly goModules: ReadonlySet<PackageName>
  readonly announcers: readonly Announcer[]
  readonly facts: GitFacts
  readonly clock: Clock
}

export function diskPorts(options: DiskPortsOptions): ReleasePorts {
  const { root, git, remote, facts } = options
  const hasGit = facts.kind === 'repository'
  const objects = objectStore(git, hasGit ? facts.objects : undefined)
  const state = hasGit ? join(facts.commonDir, 'topsail') : join(root, 'node_modules', '.topsail')
  return {
    registryAt: options.registryAt,
    // A folder without git has no other machines to agree with, but other processes.
    refs: hasGit ? gitRefStore(git, remote, objects) : fileRefStore(state),
    journals: diskJournals(state),
    tarballs: diskTarballs(state),
    holders: diskHolders(state, ciJob(options.env)),
    packerAt: (commit, release) => packerAt(commit, tarballFolder(state, release), options),
    tags: gitTags(git, { objects, prePush: hasGit ? facts.prePush : undefined }),
    branches: revertBranches({ git, gitIn, remote, tagOf: options.tagOf, goModules: options.goModules }),
    announcers: options.announcers,
    sources: gitSources(git),
    clock: releaseClock(options.clock),
    redact: options.redact,
  }
}

function releaseClock(clock: Clock): ReleaseClock {
  return {
    ...clock,
    monotonic: () => performance.now(),
    date: () => new Date(),
    every(milliseconds, action) {
      const timer = setInterval(action, milliseconds)
      timer.unref()
      return () => clearInterval(timer)
    },
    releaseId: (known) => releaseIdAt(new Date(), known),
  }
}

function ciJob(env: DiskPortsOptions['env']): string | undefined {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run, CI_JOB_URL: job } = env
  if (server !== undefined && repository !== undefined && run !== undefined) {
    return `${server}/${repository}/actions/runs/${run}`
  }
  return job
}
