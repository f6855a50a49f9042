/**
 * `topsail ci pr`: what a pull request lacks and what it does to the release. Where the job knows its pull request and
 * has a credential, that is its comment and its check; else it is printed, or written as a report for `ci post`. Exits
 * as `topsail check` does, and with 1 when it could not be posted.
 */
import type { ForgeBranch, Problem, PullRequestReport } from '@topsail/core'
import {
  type CheckResult,
  type ForgeEnvironment,
  gitIn,
  openForge,
  postPullRequestReport,
  readForgeEnvironment,
  reportPullRequest,
} from '@topsail/engine'
import type { Command } from 'commander'
import { writeActionOutputs } from '../action-outputs.ts'
import { type CommonOptions, folderOf, newCommand, writeJson } from '../command.ts'
import type { CliContext } from '../context.ts'
import { appendForRunner, writeNamedFile } from '../named-file.ts'
import { renderAnnotations } from '../render/annotations.ts'
import { hasFailed, renderCoverage } from '../render/coverage.ts'
import { postedLines, postingProblems, type Posted } from '../render/posting.ts'
import { renderPullRequestComment } from '../render/pull-request-comment.ts'
import { pullRequestWords } from '../render/pull-request-words.ts'
import { reportProblems } from '../render/problem.ts'
import { checkDocument } from './check.ts'

type Options = CommonOptions & {
  readonly since?: string
  readonly report?: string
  readonly dryRun?: boolean
}

export function ciPrCommand(context: CliContext): Command {
  return newCommand('pr', 'check a pull request, and tell in one comment what it releases')
    .option('--since <ref>', 'compare with this ref, instead of the base branch')
    .option('--report <file>', 'write a report for `topsail ci post`, and post nothing')
    .option('--dry-run', 'print the comment, and post nothing')
    .action((options: Options, self: Command) => lookAt({ ...self.parent?.opts<CommonOptions>(), ...options }, context))
}

async function lookAt(options: Options, context: CliContext): Promise<void> {
  const cwd = folderOf(context, options)
  const environment = await readForgeEnvironment(context.env, () => remoteOf(cwd))
  const { pullRequest: event } = environment
  const { check, report } = await reportPullRequest({
    cwd,
    since: options.since,
    head: event?.head.sha,
    ownBranch: event?.fork === false ? event.head.branch : undefined,
    title: event?.title,
  })
  const unwritten = report === undefined ? undefined : writeReport(options, report, context)
  const isHere = options.report === undefined && options.dryRun !== true
  const posted = report !== undefined && isHere ? await post(environment, report) : undefined
  const problems = [...(unwritten === undefined ? [] : [unwritten]), ...postingProblems(posted, environment)]
  const notPosted = problems.some(({ severity }) => severity === 'error')
  context.exitWith(hasFailed(check) || notPosted ? 1 : 0)
  show({ check, report, posted, problems, environment }, options, context)
}

async function remoteOf(cwd: string): Promise<string | undefined> {
  const answer = await gitIn(cwd)(['remote', 'get-url', '--', 'origin'])
  return answer.kind === 'done' && answer.code === 0 ? answer.stdout.trim() : undefined
}

function writeReport({ report: file }: Options, report: PullRequestReport, context: CliContext): Problem | undefined {
  return file === undefined ? undefined : writeNamedFile(context, file, `${JSON.stringify(report)}\n`)
}

async function post(environment: ForgeEnvironment, report: PullRequestReport): Promise<Posted | undefined> {
  const { pullRequest: event } = environment
  // The token that GitLab gives to a job may read, and write nothing here.
  const forge = event === undefined || environment.isJobToken ? undefined : await openForge(environment)
  if (forge === undefined || event === undefined) return undefined
  // What is checked out decides: a job for an older commit finds that the pull request has moved on.
  const head = { ...event.head, sha: report.head }
  return {
    forge: forge.place,
    posting: await postPullRequestReport(forge, { ...event, head }, report, pullRequestWords),
  }
}

type Looked = {
  readonly check: CheckResult
  readonly report: PullRequestReport | undefined
  readonly posted: Posted | undefined
  readonly problems: readonly Problem[]
  readonly environment: ForgeEnvironment
}

function show({ check, report, posted, problems, environment }: Looked, options: Options, context: CliContext): void {
  const { env, out, err } = context
  const comment = report === undefined ? undefined : renderPullRequestComment(report, headIn(environment))
  const isPosted = posted?.posting.kind === 'posted' && problems.length === 0
  if (options.json === true) {
    writeJson(context, report === undefined ? checkDocument(check) : { ...report, posted: posted?.posting ?? null })
  } else if (comment === undefined || isPosted) out.write(renderCoverage(check, out))
  else out.write(comment)
  if (posted !== undefined) err.write(postedLines(posted))
  reportProblems(context, comment === undefined && options.json === true ? check.problems : [])
  reportProblems(context, problems)
  if (env['GITHUB_ACTIONS'] === 'true' && !hasCheck(posted)) {
    err.write(renderAnnotations(check.problems, report?.folder ?? ''))
  }
  if (env['GITHUB_STEP_SUMMARY'] && comment !== undefined) {
    appendForRunner(context, env['GITHUB_STEP_SUMMARY'], comment)
  }
  writeActionOutputs(context, outputsOf(check, report, posted))
}

function hasCheck(posted: Posted | undefined): boolean {
  return posted?.posting.kind === 'posted' && !('why' in posted.posting.result.check)
}

/** Where a changeset would be added, as far as the event tells. */
function headIn({ place, pullRequest }: ForgeEnvironment): ForgeBranch | undefined {
  const { branch, repository } = pullRequest?.head ?? {}
  if (place === undefined || branch === undefined || repository === undefined) return undefined
  return { kind: place.kind, webUrl: `${place.webUrl.slice(0, -place.path.length)}${repository}`, branch }
}

function outputsOf(
  check: CheckResult,
  report: PullRequestReport | undefined,
  posted: Posted | undefined,
): Readonly<Record<string, string>> {
  const releases = (report?.releases ?? []).flatMap(({ name, after }) =>
    after === null ? [] : [{ name, version: after.to }],
  )
  const number = posted?.posting.kind === 'posted' ? posted.posting.number : undefined
  return {
    ok: String(!hasFailed(check)),
    'has-changesets': String(check.changes.some(({ kind }) => kind === 'changeset')),
    'plan-id': report?.plan.id ?? '',
    'pull-request': number === undefined ? '' : String(number),
    published: 'false',
    releases: JSON.stringify(releases),
  }
}
