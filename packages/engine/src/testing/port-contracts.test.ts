import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { packageOf, workspaceOf } from '@topsail/core/testing'
import { readNpmConfig } from '../publish/npmrc.ts'
import { workspacePacker } from '../publish/pack/pack-package.ts'
import { gitTags, type TagWriter } from '../publish/tags.ts'
import { diskJournals } from '../release/disk-state.ts'
import { gitIn } from '../adapters/git-process.ts'
import { npmRegistry, type Registry } from '../publish/registry.ts'
import { packInMemory } from './memory-tarballs.ts'
import { memoryRegistry } from './memory-registry.ts'
import { memoryWorld, type MemoryClone } from './memory-world.ts'
import { npmFront, oneTimePassword, type NpmFront } from './npm-front.ts'
import { journalContract, registryContract, stagingContract, tagsContract } from './port-contracts.ts'
import { npmrcFor, startRegistry, type TestRegistry } from './registry.ts'
import { createRepository, type TestRepository } from './repository.ts'
import { createFolder } from './workspace-folder.ts'

describe('a registry in memory', () => {
  const registry = memoryRegistry({ url: 'https://registry.test/', now: () => 0 }).port
  const pack = async (name: string, version: string, salt = 0) => packInMemory(undefined, { name, version }, salt)
  registryContract('@contract', () => ({ registry, pack }))
  stagingContract('@staging', () => ({ registry, pack }))
})

describe('npm against Verdaccio', () => {
  let server: TestRegistry
  let front: NpmFront
  let registry: Registry
  let staging: Registry
  let out: string
  beforeAll(async () => {
    server = await startRegistry()
    out = await mkdtemp(join(tmpdir(), 'topsail-contract-'))
    const env = { NPM_CONFIG_USERCONFIG: server.userconfig, HOME: out }
    registry = npmRegistry(server.url, { config: readNpmConfig(out, 'pnpm', env), maxSockets: 4 })
    front = await npmFront(server.url, server.token)
    const userconfig = join(out, 'front-npmrc')
    await writeFile(userconfig, npmrcFor(front.url, server.token))
    const config = readNpmConfig(out, 'pnpm', { NPM_CONFIG_USERCONFIG: userconfig, HOME: out })
    staging = npmRegistry(front.url, { config, maxSockets: 4, otp: oneTimePassword })
  })
  afterAll(async () => {
    await front.close()
    await server.close()
    await rm(out, { recursive: true, force: true })
  })
  const pack = async (name: string, version: string, salt = 0) => {
    const pkg = packageOf({ name, version }, '.')
    const folder = createFolder({ 'package.json': pkg.text, 'index.js': `exports.salt = ${salt}\n` })
    const options = { root: folder.root, workspace: workspaceOf([pkg]), out }
    const packed = await workspacePacker(options).pack({ ...pkg, version })
    folder.close()
    if (packed.kind === 'failed') throw new Error(JSON.stringify(packed.problem))
    return { tarball: packed.tarball, bytes: await readFile(packed.tarball.file) }
  }
  registryContract('@contract', () => ({ registry, pack }))
  stagingContract('@staging', () => ({ registry: staging, pack }))
})

describe('journals in memory', () => {
  const world = memoryWorld({
    workspace: workspaceOf([]),
    random: () => 0.5,
    reproducible: true,
    lag: () => 0,
    onChange: () => {},
  })
  journalContract(async () => world.runner(world.clone()).ports.journals)
})

describe('journals on disk', () => {
  const folders: string[] = []
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))
  journalContract(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'topsail-contract-'))
    folders.push(folder)
    return diskJournals(folder)
  })
})

describe('tags in memory', () => {
  tagsContract(async () => {
    const world = memoryWorld({
      workspace: workspaceOf([]),
      random: () => 0.5,
      reproducible: true,
      lag: () => 0,
      onChange: () => {},
    })
    const [here, there] = [world.clone(), world.clone()]
    const alive = <Answer>(promise: Promise<Answer>): Promise<Answer> => world.clock.until(promise)
    const writerIn = (clone: MemoryClone): TagWriter => {
      const { tags } = world.runner(clone).ports
      return {
        travelsAlone: () => tags.travelsAlone(),
        prepare: (list) => alive(tags.prepare(list)),
        make: (list) => alive(tags.make(list)),
        adopt: (remote, list) => alive(tags.adopt(remote, list)),
        push: (remote, list) => alive(tags.push(remote, list)),
        remove: (list) => alive(tags.remove(list)),
        removeRemote: (remote, list) => alive(tags.removeRemote(remote, list)),
      }
    }
    return {
      commits: ['a'.repeat(40), 'b'.repeat(40)],
      writers: [writerIn(here), writerIn(there)],
      remoteTags: async () => [...world.tags.keys()].sort(),
    }
  })
})

describe('tags in git', () => {
  const opened: TestRepository[] = []
  const folders: string[] = []
  afterAll(async () => {
    await Promise.all(opened.map((repository) => repository.close()))
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })))
  })
  tagsContract(async () => {
    const repository = await createRepository({ 'package.json': {} })
    opened.push(repository)
    const first = await repository.git('rev-parse', 'HEAD')
    const second = await repository.commit('chore: go on')
    const folder = await mkdtemp(join(tmpdir(), 'topsail-contract-'))
    folders.push(folder)
    await repository.git('clone', '--quiet', '--', repository.remote, join(folder, 'work'))
    return {
      commits: [first, second],
      writers: [gitTags(gitIn(repository.root)), gitTags(gitIn(join(folder, 'work')))],
      remoteTags: repository.remoteTags,
    }
  })
})
