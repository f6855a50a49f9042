/**
 * Load on the bot: many deliveries for a few pull requests, doubled, out of order, while heads move and the process is
 * killed in the middle; then whether each pull request has one comment, and the newest head one check run. A delivery
 * that was not acknowledged is sent again, as whoever operates a forge does.
 */
import { randomUUID } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { ForgeRig } from '@topsail/engine/testing'
import type { BotProcess } from './bot-process.ts'
import type { SenderMessage, Sending, SendingResult } from './load-sender.ts'
import { githubDelivery, type Sent } from './signed.ts'

/** What the pull requests change. */
export const shopUnderLoad: Readonly<Record<string, string | object>> = {
  'package.json': { private: true, workspaces: ['services/*'] },
  'services/api/package.json': { name: '@acme/api', version: '1.0.0' },
  'services/web/package.json': { name: '@acme/web', version: '1.0.0', dependencies: { '@acme/api': '~1.0.0' } },
  '.changeset/config.json': { baseBranch: 'main' },
}

export type LoadOptions = {
  readonly deliveries: number
  readonly pullRequests: number
  readonly restarts: number
  /** Requests under way at once, at most. */
  readonly senders: number
  /** Deliveries a second. */
  readonly rate: number
}

export type LoadResult = SendingResult & {
  readonly sendingSeconds: number
  readonly settledSeconds: number
  readonly looks: number
  /** What the last process says of itself: nearly all were acknowledged within so many milliseconds of its own time. */
  readonly ownMilliseconds: number
  /** What should not be; empty when all is well. */
  readonly complaints: readonly string[]
}

/** One instance or several: `urls` take turns. */
export type LoadedBot = Pick<BotProcess, 'log' | 'metrics' | 'crash'> & { readonly urls: readonly string[] }

export async function putUnderLoad(rig: ForgeRig, bot: LoadedBot, options: LoadOptions): Promise<LoadResult> {
  const pulls = await openPullRequests(rig, options.pullRequests)
  const deliveries = shuffled(await composed(rig, pulls, options.deliveries))
  const began = performance.now()
  const sent = await sendAll(rig, bot, deliveries, { ...options, pulls })
  const sendingSeconds = (performance.now() - began) / 1000
  await settled(bot)
  const settledSeconds = (performance.now() - began) / 1000
  const looks = (bot.log().match(/"msg":"looked"/g) ?? []).length
  const ownMilliseconds = boundIn(await bot.metrics())
  return { ...sent, sendingSeconds, settledSeconds, looks, ownMilliseconds, complaints: await complaintsOf(rig, pulls) }
}

/** The bucket that holds 99 of 100. */
function boundIn(metrics: string): number {
  const buckets = [...metrics.matchAll(/^topsail_bot_acknowledgement_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)]
  const all = Number(buckets.at(-1)?.[2] ?? 0)
  const [, bound] = buckets.find(([, , count]) => Number(count) >= all * 0.99) ?? []
  return Number(bound === '+Inf' ? Infinity : bound) * 1000
}

async function openPullRequests(rig: ForgeRig, count: number): Promise<readonly number[]> {
  const pulls: number[] = []
  for (let at = 1; at <= count; at += 1) {
    await rig.work.git('checkout', '--quiet', '-B', `change-${at}`, 'origin/main')
    await rig.work.write({ [`services/api/change-${at}.txt`]: 'x\n' })
    await rig.work.push(`feat: change ${at}`)
    pulls.push(await rig.openPullRequest(`change-${at}`, { title: `Change ${at}` }))
  }
  return pulls
}

/** A quarter are doubles of others. Each tells of some earlier state of its pull request, which must not matter. */
async function composed(rig: ForgeRig, pulls: readonly number[], count: number): Promise<readonly Sent[]> {
  const repository = await rig.api(rig.tokens.maintainer, 'GET', `/repos/${rig.repository}`)
  const installation = { id: rig.app.installations[rig.repository.split('/')[0] ?? ''] }
  const distinct = Array.from({ length: Math.ceil(count * 0.75) }, (_, at) => {
    const number = pulls[at % pulls.length] ?? 0
    const stale = { number, state: 'open', head: { sha: randomUUID() }, title: 'x'.repeat(20_000) }
    const payload = { action: 'synchronize', number, pull_request: stale, repository, installation }
    return githubDelivery(payload, { secret: rig.app.webhookSecret })
  })
  const doubles = distinct.filter((_, at) => at % 3 === 0).slice(0, count - distinct.length)
  return [...distinct, ...doubles]
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item)
}

async function sendAll(
  rig: ForgeRig,
  bot: LoadedBot,
  deliveries: readonly Sent[],
  { restarts, senders, rate, pulls }: LoadOptions & { readonly pulls: readonly number[] },
): Promise<SendingResult> {
  const events: Promise<unknown>[] = []
  const crashEvery = Math.ceil(deliveries.length / (restarts + 1))
  const moveEvery = Math.ceil(deliveries.length / 4)
  const workerData: Sending = { urls: bot.urls, deliveries, senders, rate }
  const worker = new Worker(new URL('./load-sender.ts', import.meta.url), { workerData })
  const result = await new Promise<SendingResult>((done, failed) => {
    worker.on('error', failed)
    worker.on('message', (message: SenderMessage) => {
      if (message.kind === 'done') return done(message.result)
      const { at } = message
      if (at > 0 && at % crashEvery === 0) events.push(bot.crash())
      if (at % moveEvery === 1) events.push(moveHead(rig, pulls[at % pulls.length] ?? 1))
    })
  })
  await Promise.all(events)
  return { ...result, acknowledgements: result.acknowledgements.toSorted((a, b) => a - b) }
}

let moving: Promise<unknown> = Promise.resolve()

/** One at a time: they share a working tree. */
function moveHead(rig: ForgeRig, number: number): Promise<unknown> {
  moving = moving.then(async () => {
    const head = `change-${number}`
    await rig.work.git('checkout', '--quiet', head)
    await rig.work.write({ [`services/api/more-${number}.txt`]: `${randomUUID()}\n` })
    await rig.work.push(`fix: more of change ${number}`)
  })
  return moving
}

async function settled(bot: LoadedBot): Promise<void> {
  for (;;) {
    const metrics = await bot.metrics()
    const count = (state: string): number =>
      Number(new RegExp(`topsail_bot_looks\\{state="${state}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0)
    if (count('waiting') + count('running') === 0) return
    await new Promise((done) => setTimeout(done, 100))
  }
}

/** The forge's own view, as an administrator sees it. */
async function complaintsOf(rig: ForgeRig, pulls: readonly number[]): Promise<readonly string[]> {
  const complaints: string[] = []
  const ask = (path: string): Promise<unknown> =>
    rig.api(rig.tokens.maintainer, 'GET', `/repos/${rig.repository}${path}`)
  for (const number of pulls) {
    const comments = (await ask(`/issues/${number}/comments`)) as readonly unknown[]
    if (comments.length !== 1) complaints.push(`#${number} has ${comments.length} comments`)
    const { head } = (await ask(`/pulls/${number}`)) as { readonly head: { readonly sha: string } }
    const runs = (await ask(`/commits/${head.sha}/check-runs`)) as { readonly check_runs: readonly { name: string }[] }
    if (runs.check_runs.length !== 1) complaints.push(`#${number} has ${runs.check_runs.length} check runs at its head`)
  }
  return complaints
}
