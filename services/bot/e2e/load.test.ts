/**
 * A sample of what `pnpm bench bot` does at full length: the process is killed while deliveries come in, and nothing is
 * lost or answered twice.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startForge } from '@topsail/engine/testing'
import { expect, test } from 'vitest'
import { startBotProcess } from '../src/testing/bot-process.ts'
import { putUnderLoad, shopUnderLoad } from '../src/testing/load.ts'

test(
  'deliveries in doubles and out of order, over a crash: one comment for each pull request',
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'topsail-bot-load-'))
    const rig = await startForge({ files: shopUnderLoad })
    const bot = await startBotProcess(rig, folder)
    try {
      rig.deliverTo(`${bot.url}/webhooks/github`)
      const result = await putUnderLoad(rig, bot, {
        deliveries: 100,
        pullRequests: 2,
        restarts: 1,
        senders: 8,
        rate: 50,
      })
      expect(result.complaints).toEqual([])
      expect(result.acknowledgements).toHaveLength(100)
      expect(result.answers.get('replayed')).toBeGreaterThanOrEqual(25)
      expect(await bot.stop()).toBe(0)
    } finally {
      rig.deliverTo(undefined)
      await bot.stop()
      await rig.close()
      await rm(folder, { recursive: true, force: true })
    }
  },
)
