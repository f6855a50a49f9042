/**
 * `topsail ci post`: the half of a workflow that may write. It reads the report that the other half left as text from a
 * stranger, asks the forge which pull request and which commit it is about, and posts it. It runs nothing and reads no
 * file but the one it is given.
 */
import { lstatSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseReport, reportLimits, type Problem, type PullRequestReport } from '@topsail/core'
import {
  forgeProblem,
  gitIn,
  openForge,
  postPullRequestReport,
  readForgeEnvironment,
  type Forge,
  type ForgeEnvironment,
  type PullRequestEvent,
} from '@topsail/engine'
import { type Command, InvalidArgumentError } from 'commander'
import { writeActionOutputs } from '../action-outputs.ts'
import { type CommonOptions, folderOf, newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { readNamedFile } from '../named-file.ts'
import { postedLines, postingProblems, type Posted } from '../render/posting.ts'
import { pullRequestWords } from '../render/pull-request-words.ts'
import { reportProblems } from '../render/problem.ts'

type Options = CommonOptions & { readonly pullRequest?: number; readonly dryRun?: boolean }

export function ciPostCommand(context: CliContext): Command {
  return newCommand('post', 'post the report that `topsail ci pr --report` wrote')
    .argument('<file>', 'the report')
    .option('--pull-request <number>', 'the pull request, where the job does not tell', numberOf)
    .option('--dry-run', 'print the comment, and post nothing')
    .action((file: string, options: Options, self: Command) =>
      postFile(file, { ...self.parent?.opts<CommonOptions>(), ...options }, context),
    )
}

async function postFile(file: string, options: Options, context: CliContext): Promise<void> {
  const cwd = folderOf(context, options)
  const environment = await readForgeEnvironment(context.env, () => remoteOf(cwd))
  const posted = await tryPosting(file, options, environment, context)
  const problems = 'problem' in posted ? [posted.problem] : postingProblems(posted, environment)
  const posting = 'problem' in posted ? undefined : posted.posting
  if (options.json === true) writeJson(context, { schema: 'topsail/ci-post@1', posted: posting ?? null, problems })
  else if (!('problem' in posted)) context.out.write(postedLines(posted))
  reportProblems(context, problems)
  const number = posting !== undefined && 'number' in posting ? String(posting.number) : ''
  const isDone = !problems.some(({ severity }) => severity === 'error')
  context.exitWith(isDone ? 0 : 1)
  writeActionOutputs(context, { ok: String(isDone), 'pull-request': number })
}

async function tryPosting(
  file: string,
  options: Options,
  environment: ForgeEnvironment,
  context: CliContext,
): Promise<Posted | { readonly problem: Problem }> {
  const read = readReport(file, context)
  if ('problem' in read) return read
  const forge = environment.isJobToken ? undefined : await openForge(environment)
  if (forge === undefined) return { problem: withoutForge(environment) }
  const event = await eventFor(options, environment, forge)
  if ('problem' in event) return event
  const { head } = event
  if (read.report.head !== head.sha) {
    const facts = { reported: read.report.head, head: head.sha }
    return { problem: { code: 'REPORT_OF_OTHER_COMMIT', severity: 'error', place: { file }, ...facts } }
  }
  const { dryRun } = options
  const posting = await postPullRequestReport(forge, event, read.report, pullRequestWords, { dryRun })
  return { forge: forge.place, posting }
}

function readReport(
  file: string,
  context: CliContext,
): { readonly report: PullRequestReport } | { readonly problem: Problem } {
  const invalid = (at: string, wanted: string): { readonly problem: Problem } => ({
    problem: { code: 'REPORT_INVALID', severity: 'error', place: { file }, at, wanted },
  })
  // An artifact may hold anything under this name.
  const stats = lstatSync(resolve(context.cwd, file), { throwIfNoEntry: false })
  if (stats !== undefined && !stats.isFile()) return invalid('', 'a file')
  if (stats !== undefined && stats.size > 4 * reportLimits.file) return invalid('', 'smaller')
  const read = readNamedFile(context, file)
  if ('problem' in read) return read
  const reading = parseReport(read.text)
  return reading.ok ? { report: reading.report } : invalid(reading.at, reading.wanted)
}

function withoutForge({ place }: ForgeEnvironment): Problem {
  if (place === undefined) return { code: 'FORGE_UNKNOWN', severity: 'error', remote: 'origin' }
  return { code: 'FORGE_WITHOUT_TOKEN', severity: 'error', forge: place.webUrl, kind: place.kind }
}

/** Of the job's own event; a pull request that is named is asked for, and its head is what it is now. */
async function eventFor(
  { pullRequest: named }: Options,
  { pullRequest }: ForgeEnvironment,
  forge: Forge,
): Promise<Pick<PullRequestEvent, 'number' | 'head'> | { readonly problem: Problem }> {
  if (named === undefined) {
    return pullRequest ?? { problem: { code: 'PULL_REQUEST_NOT_TOLD', severity: 'error' } }
  }
  const asked = await forge.pullRequest(named)
  if (!asked.ok) return { problem: forgeProblem(forge, asked) }
  const { branch, sha, repository } = asked.value.head
  return { number: named, head: { sha, branch, owner: undefined, repository } }
}

async function remoteOf(cwd: string): Promise<string | undefined> {
  const answer = await gitIn(cwd)(['remote', 'get-url', '--', 'origin'])
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout.trim() : undefined
}

function numberOf(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('It must be the number of a pull request.')
  return Number(text)
}
