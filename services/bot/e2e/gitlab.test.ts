/**
 * The bot with GitLab: signed deliveries for a configured group, against the double of GitLab's API that the engine's
 * own tests use, and git over HTTP.
 */
import { startGitlab, type GitlabRig } from '@topsail/engine/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestBot, type TestBot } from '../src/testing/bot-in-process.ts'
import { mergeRequestPayload, signedGitlabDelivery, signingToken } from '../src/testing/signed.ts'

let rig: GitlabRig
let bot: TestBot

beforeAll(async () => {
  rig = await startGitlab({
    files: {
      'package.json': { private: true, workspaces: ['services/*'] },
      'services/api/package.json': { name: '@acme/api', version: '1.0.0' },
      '.changeset/config.json': { baseBranch: 'main' },
    },
  })
  bot = await startTestBot({
    TOPSAIL_GITLAB_URL: rig.webUrl,
    TOPSAIL_GITLAB_GROUPS: JSON.stringify([
      { group: 'acme/platform', accessToken: rig.tokens.ci, signingToken },
      { group: 'globex', accessToken: rig.tokens.ci, secretToken: 'the secret of globex' },
    ]),
  })
}, 120_000)
afterAll(async () => {
  await bot.close()
  await rig.close()
})

async function deliver(number: number, project: string, id: number): Promise<number> {
  const payload = mergeRequestPayload(project, { iid: number, target_project_id: id })
  const { headers, body } = signedGitlabDelivery({ ...payload, project: { id, path_with_namespace: project } })
  return (await fetch(`${bot.url}/webhooks/gitlab`, { method: 'POST', headers, body })).status
}

type Note = { readonly id: number; readonly body: string; readonly system?: boolean }

async function notesOn(number: number): Promise<readonly Note[]> {
  const path = `/projects/${encodeURIComponent(rig.repository)}/merge_requests/${number}/notes`
  const notes = (await rig.api(rig.tokens.maintainer, 'GET', path)) as readonly Note[]
  return notes.filter(({ system }) => system !== true)
}

const outcomes = (): readonly unknown[] => bot.lines.filter(({ msg }) => msg === 'looked').map(({ outcome }) => outcome)

test('a merge request gets one note, which follows its head', { timeout: 120_000 }, async () => {
  await rig.work.git('checkout', '--quiet', '-B', 'lacking', 'origin/main')
  await rig.work.write({ 'services/api/index.ts': 'export {}\n' })
  await rig.work.push('feat: lacking')
  const number = await rig.openMergeRequest('lacking', { title: 'Lacking' })
  expect(await deliver(number, rig.repository, 5)).toBe(202)
  await bot.settled()
  expect(outcomes()).toEqual(['answered'])
  const [note, ...others] = await notesOn(number)
  expect(others).toEqual([])
  expect(note?.body).toContain('@acme/api')

  await rig.work.write({ '.changeset/new.md': '---\n"@acme/api": minor\n---\n\nMore of it.\n' })
  await rig.work.push('feat: a changeset')
  expect(await deliver(number, rig.repository, 5)).toBe(202)
  await bot.settled()
  const after = await notesOn(number)
  expect(after.map(({ id }) => id)).toEqual([note?.id])
  expect(after[0]?.body).toContain('1.1.0')
})

test('a project that is not in the group of the delivery is not looked at, though the token could', async () => {
  const before = outcomes().length
  // The payload says one place, the number another: the forge's word counts.
  expect(await deliver(1, 'acme/platform/shop', 6)).toBe(202)
  await bot.settled()
  expect(outcomes().slice(before)).toEqual(['impossible'])
  expect(await deliver(1, 'globex/shop', 5)).toBe(403)
})
