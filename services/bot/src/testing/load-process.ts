/**
 * `pnpm bench bot [--deliveries N] [--pull-requests N] [--restarts N] [--rate N]`: load on the bot in front of a
 * GitHub API on the loopback, everything on this machine. Ends with 1 when something was lost or answered twice, or
 * when the 99th percentile of the acknowledgement is above its target.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { startForge } from '@topsail/engine/testing'
import { toolArguments } from '@topsail/engine/testing/tool-arguments'
import { startBotProcess } from './bot-process.ts'
import { putUnderLoad, shopUnderLoad, type LoadResult } from './load.ts'

const usage = 'usage: pnpm bench bot [--deliveries N] [--pull-requests N] [--restarts N] [--rate N]'
const { values } = toolArguments(usage, {
  options: {
    deliveries: { type: 'string', default: '2000' },
    'pull-requests': { type: 'string', default: '20' },
    restarts: { type: 'string', default: '3' },
    rate: { type: 'string', default: '100' },
  },
})
const options = {
  deliveries: Number(values.deliveries),
  pullRequests: Number(values['pull-requests']),
  restarts: Number(values.restarts),
  rate: Number(values.rate),
  senders: 64,
}
/** GitHub waits for ten seconds; a forge should never have to wait for even one. */
const target = 500

const folder = await mkdtemp(join(tmpdir(), 'topsail-bot-bench-'))
const rig = await startForge({ files: shopUnderLoad })
const bot = await startBotProcess(rig, folder)
try {
  rig.deliverTo(`${bot.url}/webhooks/github`)
  const result = await putUnderLoad(rig, bot, options)
  console.log(rendered(result))
  process.exitCode = result.complaints.length === 0 && percentile(result, 99) <= target ? 0 : 1
} finally {
  rig.deliverTo(undefined)
  await bot.stop()
  await rig.close()
  await rm(folder, { recursive: true, force: true })
}

function rendered(result: LoadResult): string {
  const { acknowledgements, answers, repeated, looks, complaints } = result
  const { deliveries, pullRequests, restarts, rate } = options
  const at = (share: number): string => `${percentile(result, share).toFixed(1)} ms`
  const rows: readonly (readonly [string, string])[] = [
    ['deliveries', `${deliveries} for ${pullRequests} pull requests, ${rate} a second, ${restarts} times SIGKILL`],
    [
      'acknowledged',
      `${acknowledgements.length}: ${[...answers].map(([answer, count]) => `${count} ${answer}`).join(', ')}`,
    ],
    ['sent again', `${repeated} (the process was down)`],
    ['p50, p90', `${at(50)}, ${at(90)}`],
    ['p99', `${at(99)} (target: ${target} ms)`],
    ['longest', at(100)],
    ['within the bot', `99 of 100 in at most ${result.ownMilliseconds} ms, after the last SIGKILL`],
    ['all sent after', `${result.sendingSeconds.toFixed(1)} s`],
    ['all answered after', `${result.settledSeconds.toFixed(1)} s, with ${looks} looks`],
    ['lost or answered twice', complaints.length === 0 ? 'none' : complaints.join('; ')],
  ]
  const busy = loadavg()[1]?.toFixed(1)
  const head = `Node ${process.version}, ${availableParallelism()} cores, load average ${busy}, SQLite\n`
  return `${head}\n${rows.map(([name, value]) => `  ${name.padEnd(24)}${value}`).join('\n')}\n`
}

function percentile({ acknowledgements }: LoadResult, share: number): number {
  const at = Math.min(acknowledgements.length - 1, Math.ceil((acknowledgements.length * share) / 100) - 1)
  return acknowledgements[at] ?? Number.NaN
}
