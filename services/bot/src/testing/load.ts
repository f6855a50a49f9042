/**
 * Load on the bot: many deliveries for a few pull requests, doubled, out of order, while heads move and the process is
 * killed in the middle; then whether each pull request has one comment, and the newest head one check run. A delivery
 * that was not acknowledged is sent again, as whoever operates a forge does.
 */
import { randomUUID } from 'node:crypto'
import type { ForgeRig } from '@topsail/engine/testing'
import type { BotProcess } from './bot-process.ts'
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
  /** Requests under way at once. */
  readonly senders: number
}

export type LoadResult = {
  /** Milliseconds from a request to its answer, of those that were acknowledged; ascending. */
  readonly acknowledgements: readonly number[]
  readonly answers: ReadonlyMap<string, number>
  /** Requests that had to be repeated: the process was gone, or had no room. */
  readonly repeated: number
  readonly sendingSeconds: number
  readonly settledSeconds: number
  readonly looks: number
  /** What should not be; empty when all is well. */
  readonly complaints: readonly string[]
}

type LoadedBot = Pick<BotProcess, 'url' | 'log' | 'metrics' | 'crash'>

export async function putUnderLoad(rig: ForgeRig, bot: LoadedBot, options: LoadOptions): Promise<LoadResult> {
  const pulls = await openPullRequests(rig, options.pullRequests)
  const deliveries = shuffled(await composed(rig, pulls, options.deliveries))
  const began = performance.now()
  const sent = await sendAll(rig, bot, deliveries, { ...options, pulls })
  const sendingSeconds = (performance.now() - began) / 1000
  await settled(bot)
  const settledSeconds = (performance.now() - began) / 1000
  const looks = (bot.log().match(/"msg":"looked"/g) ?? []).length
  return { ...sent, sendingSeconds, settledSeconds, looks, complaints: await complaintsOf(rig, pulls) }
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

type Sending = LoadOptions & { readonly pulls: readonly number[] }

async function sendAll(
  rig: ForgeRig,
  bot: LoadedBot,
  deliveries: readonly Sent[],
  { restarts, senders, pulls }: Sending,
): Promise<Pick<LoadResult, 'acknowledgements' | 'answers' | 'repeated'>> {
  const acknowledgements: number[] = []
  const answers = new Map<string, number>()
  const events: Promise<unknown>[] = []
  let [next, repeated] = [0, 0]
  const every = Math.ceil(deliveries.length / (restarts + 1))
  const sender = async (): Promise<void> => {
    for (let at = next++; at < deliveries.length; at = next++) {
      if (at > 0 && at % every === 0) events.push(bot.crash())
      if (at % Math.ceil(deliveries.length / 4) === 1) events.push(moveHead(rig, pulls[at % pulls.length] ?? 1))
      const delivery = deliveries[at]
      if (delivery === undefined) continue
      for (;;) {
        const began = performance.now()
        const answer = await send(bot, delivery)
        if (answer !== undefined) {
          acknowledgements.push(performance.now() - began)
          answers.set(answer, (answers.get(answer) ?? 0) + 1)
          break
        }
        repeated += 1
        await new Promise((done) => setTimeout(done, 100))
      }
    }
  }
  await Promise.all(Array.from({ length: senders }, sender))
  await Promise.all(events)
  return { acknowledgements: acknowledgements.toSorted((a, b) => a - b), answers, repeated }
}

async function send(bot: LoadedBot, { headers, body }: Sent): Promise<string | undefined> {
  try {
    const answer = await fetch(`${bot.url}/webhooks/github`, { method: 'POST', headers, body: String(body) })
    const { status } = (await answer.json()) as { status: string }
    if (answer.status === 503) return undefined
    if (!answer.ok) throw new TypeError(`refused: ${status}`)
    return status
  } catch (error) {
    if (error instanceof TypeError && error.message.startsWith('refused')) throw error
    return undefined
  }
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
