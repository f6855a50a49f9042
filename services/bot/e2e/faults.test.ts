/**
 * A forge that fails now and then: what was lost is found again, and there is still one comment.
 */
import { forgeFaults, rateLimited, startForge } from '@topsail/engine/testing'
import { expect, test } from 'vitest'
import { githubVariables, startTestBot } from '../src/testing/bot-in-process.ts'
import { shopUnderLoad } from '../src/testing/load.ts'

test(
  'resets, rate limits, server errors and lost replies leave one comment and one check',
  { timeout: 120_000 },
  async () => {
    const rig = await startForge({ files: shopUnderLoad })
    const faults = await forgeFaults(rig.apiUrl)
    const bot = await startTestBot({ ...githubVariables(rig), TOPSAIL_GITHUB_API_URL: faults.url })
    try {
      rig.deliverTo(`${bot.url}/webhooks/github`)
      faults.add({ method: 'GET', path: /\/pulls\/\d+$/, times: 1, fault: { kind: 'status', status: 502 } })
      faults.add({ method: 'GET', path: /\/pulls\/\d+$/, times: 1, fault: { kind: 'reset' } })
      faults.add({ method: 'GET', path: /\/comments/, times: 1, fault: rateLimited(1) })
      faults.add({ method: 'POST', path: /\/comments$/, times: 1, fault: { kind: 'lost-reply' } })
      faults.add({ method: 'POST', path: /\/check-runs$/, times: 1, fault: { kind: 'truncated' } })
      await rig.work.git('checkout', '--quiet', '-B', 'change', 'origin/main')
      await rig.work.write({ 'services/api/index.ts': 'export {}\n' })
      const head = await rig.work.push('feat: change')
      const number = await rig.openPullRequest('change', { title: 'Change' })
      await bot.settled()
      const ask = (path: string): Promise<unknown> => rig.api(rig.tokens.maintainer, 'GET', `/repos/acme/shop${path}`)
      expect(await ask(`/issues/${number}/comments`)).toHaveLength(1)
      expect(await ask(`/commits/${head}/check-runs`)).toMatchObject({ check_runs: [{ conclusion: 'failure' }] })
      expect(faults.requests.filter(({ fault }) => fault !== undefined)).toHaveLength(5)
      expect(bot.lines.filter(({ outcome }) => outcome === 'answered')).toHaveLength(1)
    } finally {
      rig.deliverTo(undefined)
      await bot.close()
      await faults.close()
      await rig.close()
    }
  },
)
