/**
 * Sends deliveries from a thread of its own, so that what it measures is the bot and not the test forge, which works in
 * the main thread. Posts the number of each delivery as it begins, and the result at the end.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { Sent } from './signed.ts'

export type Sending = {
  /** Of all instances; they take turns. */
  readonly urls: readonly string[]
  readonly deliveries: readonly Sent[]
  /** Requests under way at once, at most. */
  readonly senders: number
  /** Deliveries a second. */
  readonly rate: number
}

export type SendingResult = {
  /** Milliseconds from a request to its answer, of those that were acknowledged. */
  readonly acknowledgements: readonly number[]
  readonly answers: ReadonlyMap<string, number>
  /** Requests that had to be repeated: the process was gone, or had no room. */
  readonly repeated: number
}

export type SenderMessage =
  | { readonly kind: 'begins'; readonly at: number }
  | { readonly kind: 'done'; readonly result: SendingResult }

const { urls, deliveries, senders, rate } = workerData as Sending
const begin = performance.now()
const acknowledgements: number[] = []
const answers = new Map<string, number>()
let [next, repeated] = [0, 0]

await Promise.all(Array.from({ length: senders }, sendInTurn))
tell({ kind: 'done', result: { acknowledgements, answers, repeated } })

async function sendInTurn(): Promise<void> {
  for (let at = next++; at < deliveries.length; at = next++) {
    const delivery = deliveries[at]
    if (delivery === undefined) continue
    const early = begin + (at / rate) * 1000 - performance.now()
    if (early > 0) await new Promise((done) => setTimeout(done, early))
    tell({ kind: 'begins', at })
    for (let answer = await send(at, delivery); answer === undefined; answer = await send(at, delivery)) {
      repeated += 1
      await new Promise((done) => setTimeout(done, 100))
    }
  }
}

/** Undefined: not acknowledged. */
async function send(at: number, { headers, body }: Sent): Promise<string | undefined> {
  const began = performance.now()
  const url = `${urls[at % urls.length]}/webhooks/github`
  const answer = await fetch(url, { method: 'POST', headers, body: String(body) }).catch(() => undefined)
  const read = (await answer?.json().catch(() => undefined)) as { readonly status: string } | undefined
  if (answer === undefined || read === undefined || answer.status === 503) return undefined
  acknowledgements.push(performance.now() - began)
  const status = answer.ok ? read.status : `${answer.status} ${read.status}`
  answers.set(status, (answers.get(status) ?? 0) + 1)
  return status
}

function tell(message: SenderMessage): void {
  parentPort?.postMessage(message)
}
