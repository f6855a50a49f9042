/**
 * The comment and the release pull request as the forge has them: a generated repository is pushed to a GitHub API on
 * the loopback, a pull request is opened there, `topsail ci pr` and `topsail ci main` run as jobs, and what they wrote
 * is read back.
 */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type ForgeRig, startForge } from '@topsail/engine/testing'

const topsail = fileURLToPath(new URL('../../../packages/cli/bin/topsail.js', import.meta.url))

export type PullRequestOnForge = {
  /** A generated repository whose `main` is to stand on the forge. */
  readonly from: string
  readonly branch: string
  readonly title: string
  /** What the pull request changes: path to text. */
  readonly files: Readonly<Record<string, string>>
}

/** The markdown of the comment, and of the body of the release pull request after the merge. */
export type Written = { readonly comment: string; readonly body: string }

export async function writtenOnForge({ from, branch, title, files }: PullRequestOnForge): Promise<Written> {
  const rig = await startForge({ files: { 'README.md': '# Shop\n' } })
  try {
    await pushEverything(rig, from)
    await rig.work.git('checkout', '--quiet', '-B', branch)
    await rig.work.write(files)
    await rig.work.push(title)
    const number = await rig.openPullRequest(branch, { title })
    const comment = await commentOf(rig, number)
    await rig.merge(number, 'merge')
    return { comment, body: await releaseBody(rig) }
  } finally {
    await rig.close()
  }
}

async function pushEverything({ work }: ForgeRig, from: string): Promise<void> {
  await work.git('fetch', '--quiet', from, 'HEAD')
  await work.git('reset', '--quiet', '--hard', 'FETCH_HEAD')
  await work.git('push', '--quiet', '--force', 'origin', 'HEAD:refs/heads/main')
}

async function commentOf(rig: ForgeRig, number: number): Promise<string> {
  const path = `/repos/${rig.repository}`
  const pull = await rig.api(rig.tokens.ci, 'GET', `${path}/pulls/${number}`)
  const event = join(rig.work.root, '..', 'event.json')
  await writeFile(event, JSON.stringify({ action: 'opened', number, pull_request: pull }))
  await job(rig, rig.work.root, ['ci', 'pr'], { GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: event })
  const comments = (await rig.api(rig.tokens.ci, 'GET', `${path}/issues/${number}/comments`)) as readonly Text[]
  return comments[0]?.body ?? ''
}

async function releaseBody(rig: ForgeRig): Promise<string> {
  const clone = await rig.clone(rig.repository, rig.tokens.ci)
  await job(rig, clone.root, ['ci', 'main', '--no-publish'], {})
  const pulls = (await rig.api(rig.tokens.ci, 'GET', `/repos/${rig.repository}/pulls?state=open`)) as readonly Text[]
  return pulls[0]?.body ?? ''
}

type Text = { readonly body: string }

/** A job that finds something wrong with a pull request ends with 1, and has written its comment. */
async function job(rig: ForgeRig, cwd: string, args: readonly string[], more: Record<string, string>): Promise<void> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, ...rig.environment(rig.tokens.ci, more) }
  await run(process.execPath, [topsail, ...args], { cwd, env }).catch((error: { code?: unknown; stderr?: unknown }) => {
    if (error.code !== 1) throw new Error(`topsail ${args.join(' ')}: ${String(error.stderr)}`)
  })
}

const run = promisify(execFile)
