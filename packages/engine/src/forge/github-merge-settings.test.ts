import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { githubForge } from './github.ts'

type Answers = Readonly<Record<string, unknown>>

const repository = { full_name: 'acme/shop', html_url: 'https://x/acme/shop', default_branch: 'main', private: false }
const graphql = {
  mergeCommitAllowed: false,
  squashMergeAllowed: true,
  rebaseMergeAllowed: false,
  squashMergeCommitTitle: 'PR_TITLE',
  squashMergeCommitMessage: 'BLANK',
  mergeCommitTitle: 'MERGE_MESSAGE',
  mergeCommitMessage: 'PR_TITLE',
}

/** A server that answers these addresses, and 404 to all others. */
async function settingsFrom(answers: Answers, base = '') {
  const asked: string[] = []
  const server = createServer((request: IncomingMessage, answer) => {
    asked.push(request.url ?? '')
    const found = answers[request.url ?? '']
    answer.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
    answer.end(JSON.stringify(found ?? { message: 'Not Found' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const serverUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const forge = githubForge({ apiUrl: `${serverUrl}${base}`, serverUrl, path: 'acme/shop', token: 'ghs_0' })
  return { answer: await forge.mergeSettings(), asked }
}

test('GraphQL tells everybody who may read how pull requests are merged', async () => {
  const { answer } = await settingsFrom({ '/graphql': { data: { repository: graphql } } })
  const wanted = { merge: false, squash: true, rebase: false, squashTitle: 'title', squashMessage: 'blank' }
  expect(answer).toEqual({ ok: true, value: { ...wanted, mergeMessage: 'title' } })
})

test('on a server of its own it lies beside the REST interface', async () => {
  const { answer, asked } = await settingsFrom({ '/api/graphql': { data: { repository: graphql } } }, '/api/v3')
  expect(answer).toMatchObject({ ok: true, value: { squash: true } })
  expect(asked).toEqual(['/api/graphql'])
})

test('without it REST is asked, and says nothing to those who may not write', async () => {
  expect((await settingsFrom({ '/repos/acme/shop': repository })).answer).toEqual({ ok: true, value: undefined })
  const errors = { errors: [{ message: 'not served' }] }
  const shown = { ...repository, allow_merge_commit: true, allow_squash_merge: false, allow_rebase_merge: false }
  const { answer } = await settingsFrom({
    '/graphql': errors,
    '/repos/acme/shop': { ...shown, merge_commit_message: 'PR_BODY' },
  })
  expect(answer).toMatchObject({ ok: true, value: { merge: true, squash: false, mergeMessage: 'body' } })
})
