/**
 * Every command of `topsail`, in the order of the help. A command is one file in `commands/`, imported when it is the
 * one called: to add a command, add its file and its line here.
 */
import type { Command } from 'commander'
import type { CliContext } from './context.ts'

export type CommandEntry = {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<(context: CliContext) => Command>
}

export const commandTable: readonly CommandEntry[] = [
  {
    name: 'init',
    summary: 'set up, or carry over a set-up of Changesets, Lerna, Nx Release, release-please or others',
    load: async () => (await import('./commands/init.ts')).initCommand,
  },
  {
    name: 'add',
    summary: 'write a changeset',
    load: async () => (await import('./commands/add.ts')).addCommand,
  },
  {
    name: 'check',
    summary: 'tell what this branch lacks',
    load: async () => (await import('./commands/check.ts')).checkCommand,
  },
  {
    name: 'plan',
    summary: 'show what would be released, why, and in which order',
    load: async () => (await import('./commands/plan.ts')).planCommand,
  },
  {
    name: 'why',
    summary: 'tell why a package is released, down to the change that began it, or why it is not',
    load: async () => (await import('./commands/why.ts')).whyCommand,
  },
  {
    name: 'what-if',
    summary: 'show what the plan would be with a change more, less or other',
    load: async () => (await import('./commands/what-if.ts')).whatIfCommand,
  },
  {
    name: 'version',
    summary: 'write versions, ranges, changelogs and the lockfile',
    load: async () => (await import('./commands/version.ts')).versionCommand,
  },
  {
    name: 'apply',
    summary: 'write exactly the plan of a file, or refuse and say what moved',
    load: async () => (await import('./commands/apply.ts')).applyCommand,
  },
  {
    name: 'publish',
    summary: 'publish what git has released and the registry lacks, in dependency order',
    load: async () => (await import('./commands/publish.ts')).publishCommand,
  },
  {
    name: 'ci',
    summary: 'what a pipeline runs: check a pull request, post what was found, release what was merged',
    load: async () => (await import('./commands/ci.ts')).ciCommand,
  },
  {
    name: 'history',
    summary: 'show the versions of a package that releases have left, and what they changed',
    load: async () => (await import('./commands/history.ts')).historyCommand,
  },
  {
    name: 'diff',
    summary: 'show what changed between two release sets, across all packages',
    load: async () => (await import('./commands/diff.ts')).diffCommand,
  },
  {
    name: 'status',
    summary: 'show the newest releases, who is releasing now, and what to do next',
    load: async () => (await import('./commands/status.ts')).statusCommand,
  },
  {
    name: 'resume',
    summary: 'finish the release that an earlier run left open',
    load: async () => (await import('./commands/resume.ts')).resumeCommand,
  },
  {
    name: 'rollback',
    summary: 'take a release back',
    load: async () => (await import('./commands/rollback.ts')).rollbackCommand,
  },
  {
    name: 'approve',
    summary: 'make a staged release public, dependencies first',
    load: async () => (await import('./commands/approve.ts')).approveCommand,
  },
  {
    name: 'reject',
    summary: 'drop a staged release',
    load: async () => (await import('./commands/reject.ts')).rejectCommand,
  },
  {
    name: 'pre',
    summary: 'enter or leave pre mode',
    load: async () => (await import('./commands/pre.ts')).preCommand,
  },
]
