/**
 * The `topsail` program, run without a token and with no variable but the sandbox's. First in the working tree of the
 * clone, where it computes the report; then, away from the clone, where it puts the report into words. What it prints is
 * text of unknown origin until it was read as what it should be.
 */
import { createRequire } from 'node:module'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { shape, type PullRequestReport, type Reader } from '@topsail/core'
import type { CheckAnnotation, ForgePlace, PullRequest, ReportWords } from '@topsail/engine'
import type { SandboxLimits } from '../configuration.ts'
import { sandboxEnvironment } from './git.ts'
import { runGuarded } from './guarded.ts'
import type { Checkout } from './working-tree.ts'

export type Failed =
  | { readonly kind: 'failed'; readonly why: string }
  /** It takes more time, memory or room than one look may have. */
  | { readonly kind: 'over'; readonly limit: string }
  | { readonly kind: 'stopped' }

export type Around = {
  /** The path of the command. */
  readonly program: string
  readonly limits: SandboxLimits
  readonly signal: AbortSignal
}

/** The one that this package needs. */
export const ownTopsail = join(
  dirname(createRequire(import.meta.url).resolve('topsail/package.json')),
  'bin',
  'topsail.js',
)

/**
 * `remote` is the relay's address, for contents that the clone lacks. What the forge says of the pull request is told as
 * a job of GitHub Actions is told it; without a token nothing can be posted.
 */
export async function computeReport(
  { folder, place, baseRef, head: sha }: Checkout,
  { remote, pull, forge }: { readonly remote: string; readonly pull: PullRequest; readonly forge: ForgePlace },
  around: Around,
): Promise<{ readonly kind: 'report'; readonly text: string } | Failed> {
  const { number, title, head, fork } = pull
  const repo = head.repository ?? (fork ? undefined : forge.path)
  const told = { number, title, head: { sha, ref: head.branch, repo: { full_name: repo } } }
  const event = { pull_request: { ...told, base: { repo: { full_name: forge.path } } } }
  // Beside the working tree, and removed with it.
  const file = join(dirname(folder), 'event.json')
  await writeFile(file, JSON.stringify(event))
  const env = { GITHUB_REPOSITORY: forge.path, GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: file }
  const text = await runTopsail(['ci', 'pr', '--json', '--since', baseRef], { folder, place, remote, env }, around)
  if (typeof text !== 'string') return text
  // Where we keep things is nobody's business: a failure of git may name it.
  return { kind: 'report', text: text.replaceAll(remote, 'origin').replaceAll(folder, '.') }
}

export async function putIntoWords(
  report: PullRequestReport,
  { pull, forge, checkout }: { readonly pull: PullRequest; readonly forge: ForgePlace; readonly checkout: Checkout },
  around: Around,
): Promise<{ readonly kind: 'words'; readonly words: ReportWords } | Failed> {
  const { place } = checkout
  const edited = editedAt(forge, pull)
  const where = edited === undefined ? [] : [`--branch=${edited.branch}`, `--web-url=${edited.webUrl}`]
  const standing = { folder: join(place, 'home'), place, remote: undefined, input: JSON.stringify(report) }
  const text = await runTopsail(['ci', 'words', `--forge=${forge.kind}`, ...where], standing, around)
  if (typeof text !== 'string') return text
  const { value, misfits } = shape.readShape(wordsShape, parsed(text))
  const [misfit] = misfits
  if (misfit === undefined) return { kind: 'words', words: value }
  return { kind: 'failed', why: `the words are none: ${misfit.at} should be ${misfit.wanted}` }
}

/** Where a file may be added to the branch; nowhere when the fork is gone. */
function editedAt(forge: ForgePlace, { head }: PullRequest): { branch: string; webUrl: string } | undefined {
  if (head.repository === undefined) return undefined
  const server = forge.webUrl.slice(0, -forge.path.length)
  return { branch: head.branch, webUrl: `${server}${head.repository}` }
}

const { listOf, objectOf, optional, text, wholeNumber, word } = shape

const wordsShape: Reader<ReportWords> = objectOf<ReportWords>({
  comment: optional(text),
  check: objectOf<ReportWords['check']>({
    name: text,
    conclusion: word(['success', 'failure', 'neutral', 'action-required']),
    title: text,
    summary: text,
    annotations: listOf(
      objectOf<CheckAnnotation>({
        file: text,
        line: wholeNumber,
        level: word(['failure', 'warning', 'notice']),
        title: text,
        message: text,
      }),
    ),
    detailsUrl: optional(text),
  }),
})

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

type Standing = {
  readonly folder: string
  /** All that it may write to. */
  readonly place: string
  readonly remote: string | undefined
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

async function runTopsail(
  args: readonly string[],
  { folder, place, remote, input, env }: Standing,
  { program, limits, signal }: Around,
): Promise<string | Failed> {
  const answer = await runGuarded({
    file: process.execPath,
    args: [`--max-old-space-size=${Math.floor(limits.memoryBytes / 2 ** 20)}`, program, ...args],
    cwd: folder,
    env: { ...sandboxEnvironment(join(place, 'home'), remote), NO_COLOR: '1', ...env },
    seconds: limits.planSeconds,
    // What V8 manages is not all that a process takes.
    memoryBytes: limits.memoryBytes * 1.5,
    folder: { path: place, bytes: limits.folderBytes },
    signal,
    input,
  })
  if (answer.kind !== 'done') return answer
  // 1: there are problems, which the report tells.
  if (answer.code === 0 || answer.code === 1) return answer.stdout
  return { kind: 'failed', why: `topsail ${args.slice(0, 2).join(' ')} ended with ${answer.code}` }
}
