/**
 * What the requests of one run tell: how long each phase took, how many requests a package cost, and how many uploads
 * were under way at once. It is the same for every tool, since it is seen from the registry.
 */
import type { RequestKind, ServedRequest } from './recorder.ts'

/** Seconds. */
export type Timeline = {
  /** From the start of the process to the first upload: reading, packing, and what is asked before. */
  readonly prepare: number
  /** From the first upload's beginning to the last one's end. */
  readonly upload: number
  /** From there until the last version was seen to be served. */
  readonly confirm: number
  /** From there until the last dist-tag was moved. */
  readonly promote: number
  /** From the last request to the end of the process: git tags, and what else there is. */
  readonly rest: number
  /** From the first upload's beginning until everything is confirmed. */
  readonly uploadAndConfirm: number
  readonly uploaded: number
  readonly mostUploads: number
  readonly requests: Readonly<Record<RequestKind, number>>
  /** What one upload and one confirmation take, each the median. */
  readonly oneUpload: number
  readonly oneConfirm: number
}

export function timelineOf(requests: readonly ServedRequest[], started: number, ended: number): Timeline | undefined {
  const of = (kind: RequestKind) =>
    requests.filter((request): request is Answered => request.kind === kind && isAnswered(request))
  const uploads = of('upload')
  if (uploads.length === 0) return undefined
  const first = Math.min(...uploads.map(({ began }) => began))
  const lastUpload = lastOf(uploads, first)
  const asked = [...of('read'), ...of('serve')].filter(({ began }) => began > first)
  const lastConfirm = lastOf(asked, lastUpload)
  const lastTag = lastOf(of('dist-tag'), lastConfirm)
  const seconds = (from: number, to: number): number => Math.max(0, (to - from) / 1000)
  const durations = (list: readonly Answered[]): number =>
    middle(list.map(({ began, ended: end }) => seconds(began, end)))
  return {
    prepare: seconds(started, first),
    upload: seconds(first, lastUpload),
    confirm: seconds(lastUpload, lastConfirm),
    promote: seconds(lastConfirm, lastTag),
    rest: seconds(lastTag, ended),
    uploadAndConfirm: seconds(first, lastConfirm),
    uploaded: uploads.filter(({ status = 0 }) => status < 300).length,
    mostUploads: mostAtOnce(uploads),
    requests: countByKind(requests),
    oneUpload: durations(uploads),
    oneConfirm: durations(asked),
  }
}

type Answered = ServedRequest & { readonly ended: number }

function isAnswered(request: ServedRequest): boolean {
  return request.ended !== undefined
}

function lastOf(requests: readonly Answered[], otherwise: number): number {
  return requests.reduce((last, { ended }) => Math.max(last, ended), otherwise)
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function mostAtOnce(requests: readonly Answered[]): number {
  const moments = requests.flatMap(({ began, ended }) => [
    { at: began, change: 1 },
    { at: ended, change: -1 },
  ])
  let now = 0
  let most = 0
  for (const { change } of moments.toSorted((a, b) => a.at - b.at || a.change - b.change)) {
    now += change
    most = Math.max(most, now)
  }
  return most
}

function countByKind(requests: readonly ServedRequest[]): Timeline['requests'] {
  const counts = { read: 0, upload: 0, serve: 0, 'dist-tag': 0, other: 0 }
  for (const { kind } of requests) counts[kind] += 1
  return counts
}
