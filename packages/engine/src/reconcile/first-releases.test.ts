import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Problem, Sha } from '@topsail/core'
import { gitIn } from '../adapters/git-process.ts'
import { planWorkspace } from '../read/read-snapshot.ts'
import { readTags } from '../read/tags.ts'
import { createRepository, type TestRepository } from '../testing/repository.ts'
import { waitingForFirstRelease, type FirstReleases } from './first-releases.ts'
import type { PlannedCommit } from './plan-at.ts'

let repository: TestRepository
let head: Sha

const manifest = (name: string, dependencies: object = {}) => ({ name, version: '0.0.0', dependencies })
const named = (name: string) => `---\n"${name}": minor\n---\n\nA change\n`

beforeAll(async () => {
  repository = await createRepository({})
  await repository.write({
    'package.json': { name: 'shop', private: true, workspaces: ['packages/*'] },
    'packages/old/package.json': manifest('@acme/old'),
  })
  await repository.commit('feat: begin')
  await repository.git('tag', '@acme/old@0.0.0')
  await repository.write({
    'packages/new/package.json': manifest('@acme/new'),
    'packages/user/package.json': manifest('@acme/user', { '@acme/new': '^0.0.0' }),
    'packages/lone/package.json': manifest('@acme/lone'),
    'packages/old/package.json': manifest('@acme/old', { '@acme/new': '^0.0.0' }),
    '.changeset/config.json': {},
    '.changeset/brave-cats.md': named('@acme/new'),
  })
  head = await repository.commit('feat: more')
})

afterAll(() => repository.close())

/** As the plan of the workspace is, but for what is said otherwise. */
async function waiting(
  otherwise: (planned: PlannedCommit) => PlannedCommit | { readonly detail: string } = (planned) => planned,
): Promise<FirstReleases> {
  const git = gitIn(repository.root)
  const planned = await planWorkspace({ cwd: repository.root, index: false })
  const { workspace, settings } = planned.snapshot
  const pending = async () => otherwise(planned)
  return waitingForFirstRelease({ git, workspace, settings, tags: await readTags(git), pending })
}

test('what the pending release bumps waits for it, and what is as new and needs it', async () => {
  expect(head).not.toBe('')
  expect(await waiting()).toEqual({ waiting: ['@acme/new', '@acme/user'], unclear: [], problems: [] })
})

const all = ['@acme/lone', '@acme/new', '@acme/user']

test('where nothing can be planned every new package is held back, with the reason', async () => {
  expect(await waiting(() => ({ detail: 'no space left' }))).toMatchObject({
    waiting: [],
    unclear: all,
    problems: [{ code: 'FIRST_RELEASE_UNCLEAR', severity: 'error', names: all, noTree: 'no space left' }],
  })
  const wrong: Problem = { code: 'HISTORY_SHALLOW', severity: 'error', names: ['@acme/old'], remote: undefined }
  const broken = await waiting(({ plan, ...rest }) => ({ ...rest, plan: { ...plan, problems: [wrong] } }))
  expect(broken).toMatchObject({ waiting: [], unclear: all, problems: [{ causes: [{ code: 'HISTORY_SHALLOW' }] }] })
})

test('a changeset that is left out holds back whom it names', async () => {
  await repository.write({
    '.changeset/brave-cats.md': '---\n"@acme/new": minr\n---\n\nA change\n',
    '.changeset/calm-dogs.md': named('@acme/old'),
  })
  const cause = { code: 'CHANGESET_MALFORMED', place: { file: '.changeset/brave-cats.md', line: 2 } }
  expect(await waiting()).toMatchObject({
    waiting: [],
    unclear: ['@acme/new', '@acme/user'],
    problems: [{ names: ['@acme/new', '@acme/user'], causes: [cause] }],
  })
})
