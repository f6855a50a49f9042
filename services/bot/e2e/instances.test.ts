/**
 * Two instances that share a PostgreSQL: whoever hears a delivery, one of them answers it.
 */
import { startForge } from '@topsail/engine/testing'
import { expect, test } from 'vitest'
import { githubVariables, startTestBot } from '../src/testing/bot-in-process.ts'
import { putUnderLoad, shopUnderLoad } from '../src/testing/load.ts'
import { postgresPrograms, startPostgres } from '../src/testing/postgres-server.ts'

test.skipIf(postgresPrograms === undefined)(
  'two instances share the work of a few pull requests (needs PostgreSQL)',
  { timeout: 120_000 },
  async () => {
    const [server, rig] = await Promise.all([startPostgres(), startForge({ files: shopUnderLoad })])
    const variables = {
      ...githubVariables(rig),
      TOPSAIL_BOT_STORE: await server.database(),
      TOPSAIL_BOT_CONCURRENCY: '1',
    }
    const bots = [await startTestBot(variables), await startTestBot(variables)] as const
    try {
      const [one, other] = bots
      rig.deliverTo(`${one.url}/webhooks/github`)
      const result = await putUnderLoad(
        rig,
        {
          urls: [one.url, other.url],
          log: () => '',
          metrics: async () => (await fetch(`${one.url}/metrics`)).text(),
          crash: async () => {},
        },
        { deliveries: 60, pullRequests: 3, restarts: 0, senders: 8, rate: 50 },
      )
      expect(result.complaints).toEqual([])
      expect(result.acknowledgements).toHaveLength(60)
      expect(result.answers.get('replayed')).toBeGreaterThanOrEqual(15)
      const answered = bots.map(({ lines }) => lines.filter(({ outcome }) => outcome === 'answered').length)
      expect(Math.min(...answered)).toBeGreaterThan(0)
    } finally {
      rig.deliverTo(undefined)
      await Promise.all(bots.map((bot) => bot.close()))
      await Promise.all([rig.close(), server.close()])
    }
  },
)
