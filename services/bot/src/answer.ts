/**
 * One look at a pull request: what it is now is asked of the forge, its report is computed in the sandbox, put into
 * words, and posted through the functions that `topsail ci post` uses. The report is believed only in its form; which
 * pull request and which commit it is about is the forge's word, before it is computed and again before it is posted.
 */
import { parseReport } from '@topsail/core'
import { postReport, withMergeLosses, type ForgeFailure, type PostResult, type PullRequest } from '@topsail/engine'
import type { SandboxLimits } from './configuration.ts'
import type { Look } from './deliveries/delivery.ts'
import type { Access, OpenAccess } from './forges/access.ts'
import type { AnswerLook, Outcome } from './queue/worker.ts'
import type { Clones } from './sandbox/clones.ts'
import { startGitRelay, type GitRelay } from './sandbox/git-relay.ts'
import { computeReport, putIntoWords, type Around, type Failed } from './sandbox/topsail.ts'
import type { Checkout } from './sandbox/working-tree.ts'

export type Answering = {
  readonly open: OpenAccess
  readonly clones: Clones
  /** The path of the topsail command that looks. */
  readonly program: string
  readonly limits: SandboxLimits
}

export function answering({ open, clones, program, limits }: Answering): AnswerLook {
  return async (look, signal) => {
    const access = await open(look)
    if (access.kind === 'closed') return { kind: 'impossible', why: access.why }
    if (access.kind === 'unavailable') return { kind: 'again', why: access.why, seconds: access.seconds }
    const pull = await access.forge.pullRequest(look.number)
    if (!pull.ok) return afterFailure(pull)
    if (pull.value.state !== 'open') return { kind: 'needless', why: `it is ${pull.value.state}` }
    const relay = await startGitRelay({
      upstream: access.gitUrl,
      authorization: access.gitAuthorization,
      bytes: limits.folderBytes,
      signal,
    })
    try {
      return await lookAt({ look, access, pull: pull.value, relay, signal }, clones, { program, limits, signal })
    } finally {
      await relay.close()
    }
  }
}

type Looking = {
  readonly look: Look
  readonly access: Access
  readonly pull: PullRequest
  readonly relay: GitRelay
  readonly signal: AbortSignal
}

async function lookAt(looking: Looking, clones: Clones, around: Around): Promise<Outcome> {
  const { look, access, pull, relay, signal } = looking
  const baseBranch = pull.base.branch
  const checkout = await clones.checkOut({ look, remote: relay.url, headRef: access.headRef, baseBranch, signal })
  if (checkout.kind === 'too-large' || relay.isOver()) return { kind: 'impossible', why: 'the repository is too large' }
  if (checkout.kind === 'gone') return { kind: 'again', why: 'the head or the base is not there' }
  if (checkout.kind === 'failed') {
    const status = relay.refusal()
    return { kind: 'again', why: status === undefined ? checkout.why : `${checkout.why} (${status})` }
  }
  try {
    return await lookInto(checkout, looking, around)
  } finally {
    await checkout.remove()
  }
}

async function lookInto(checkout: Checkout, looking: Looking, around: Around): Promise<Outcome> {
  const { access, pull, relay, signal } = looking
  const computed = await computeReport(checkout, { remote: relay.url, pull, forge: access.forge.place }, around)
  if (computed.kind !== 'report') return afterFailed(computed)
  const read = parseReport(computed.text)
  if (!read.ok) return { kind: 'again', why: `the report is none: ${read.at} should be ${read.wanted}` }

  const now = await access.forge.pullRequest(pull.number)
  if (!now.ok) return afterFailure(now)
  if (now.value.state !== 'open') return { kind: 'needless', why: `it is ${now.value.state}` }
  if (read.report.head !== checkout.head || now.value.head.sha !== checkout.head) {
    return { kind: 'again', why: 'the head has moved', seconds: 0 }
  }
  const report = await withMergeLosses(access.forge, now.value, read.report)
  const words = await putIntoWords(report, { pull: now.value, forge: access.forge.place, checkout }, around)
  if (words.kind !== 'words') return afterFailed(words)
  if (signal.aborted) return { kind: 'again', why: 'stopped' }
  return afterPosting(await postReport(access.forge, now.value, words.words))
}

function afterFailed(failed: Failed): Outcome {
  if (failed.kind === 'over') return { kind: 'impossible', why: `the plan is over its limit of ${failed.limit}` }
  return { kind: 'again', why: failed.kind === 'stopped' ? 'stopped' : failed.why }
}

function afterPosting({ check, comment }: PostResult): Outcome {
  const failures = [check, comment].filter((part): part is ForgeFailure => part !== undefined && 'why' in part)
  const [first] = failures
  if (first === undefined) return { kind: 'answered' }
  // What may still come is worth another attempt; what was posted is found again then.
  const passing = failures.map(afterFailure).find(({ kind }) => kind === 'again')
  return passing ?? afterFailure(first)
}

function afterFailure(failure: ForgeFailure): Outcome {
  const why = `${failure.why}: ${failure.doing} ${failure.detail}`.slice(0, 300)
  switch (failure.why) {
    case 'not-found':
    case 'refused':
    case 'invalid':
      return { kind: 'impossible', why }
    case 'rate-limited':
    case 'conflict':
    case 'unavailable':
    case 'unreadable':
      return { kind: 'again', why, seconds: failure.waitSeconds }
  }
}
