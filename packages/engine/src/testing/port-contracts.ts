/**
 * What every implementation of a port has to do, in memory as well as for real: what the crash explorer finds in the
 * memory world holds for the world only as far as these agree.
 */
import { expect, test } from 'vitest'
import type { JournalEvent, PackageName, Sha, TagToMake, Version } from '@topsail/core'
import type { Registry } from '../publish/registry.ts'
import type { Tarball } from '../publish/pack/tarball.ts'
import type { TagWriter } from '../publish/tags.ts'
import type { JournalStore } from '../release/ports.ts'

export type RegistrySubject = {
  readonly registry: Registry
  pack(name: PackageName, version: Version, salt?: number): Promise<{ tarball: Tarball; bytes: Buffer }>
}

/** `scope`: of packages that nothing else uses. */
export function registryContract(scope: string, subjectOf: () => RegistrySubject): void {
  const upload = async (name: string, version: string, distTag: string, salt = 0): Promise<Tarball> => {
    const { registry, pack } = subjectOf()
    const { tarball, bytes } = await pack(name, version, salt)
    expect(await registry.upload({ tarball, bytes, distTag, access: 'public' })).toEqual({ kind: 'stored' })
    return tarball
  }
  const tagsOf = async (name: string): Promise<Readonly<Record<string, string>>> => {
    const facts = await subjectOf().registry.facts(name)
    return facts.kind === 'known' ? Object.fromEntries(facts.distTags) : {}
  }

  test('what was never published is absent, not unreachable', async () => {
    const { registry } = subjectOf()
    const name = `${scope}/none`
    expect(await registry.facts(name)).toEqual({ kind: 'known', versions: new Map(), distTags: new Map() })
    expect(await registry.lookup(name, '1.0.0')).toEqual({ kind: 'absent' })
    expect(await registry.confirm(name, '1.0.0')).toEqual({ kind: 'absent' })
  })

  test('what is stored is served under the integrity of its bytes, and its neighbours are absent', async () => {
    const { registry } = subjectOf()
    const name = `${scope}/stored`
    const { integrity } = await upload(name, '1.0.0', 'latest')
    expect(await registry.lookup(name, '1.0.0')).toMatchObject({ kind: 'present', integrity })
    expect(await registry.confirm(name, '1.0.0')).toMatchObject({ kind: 'present', integrity })
    expect(await registry.lookup(name, '1.0.1')).toEqual({ kind: 'absent' })
    expect(await registry.facts(name)).toMatchObject({ kind: 'known', versions: new Map([['1.0.0', integrity]]) })
  })

  test('a version is stored once: the same bytes and others are refused alike, and nothing changes', async () => {
    const { registry, pack } = subjectOf()
    const name = `${scope}/once`
    const { integrity } = await upload(name, '1.0.0', 'latest')
    for (const salt of [0, 1]) {
      const { tarball, bytes } = await pack(name, '1.0.0', salt)
      const again = await registry.upload({ tarball, bytes, distTag: 'other', access: 'public' })
      expect(again).toMatchObject({ kind: 'taken', certain: true })
    }
    expect(await registry.lookup(name, '1.0.0')).toMatchObject({ kind: 'present', integrity })
    expect(await tagsOf(name)).toEqual({ latest: '1.0.0' })
  })

  test('a first version gets `latest` whatever tag was asked, a second one does not', async () => {
    const name = `${scope}/first`
    await upload(name, '1.0.0', 'candidate')
    expect(await tagsOf(name)).toEqual({ latest: '1.0.0', candidate: '1.0.0' })
    await upload(name, '1.1.0', 'candidate')
    expect(await tagsOf(name)).toEqual({ latest: '1.0.0', candidate: '1.1.0' })
  })

  test('a dist-tag moves there and back and goes away, and leads to nothing that does not exist', async () => {
    const { registry } = subjectOf()
    const name = `${scope}/tagged`
    await upload(name, '1.0.0', 'latest')
    await upload(name, '1.1.0', 'candidate')
    expect(await registry.setDistTag(name, 'latest', '1.1.0')).toEqual({ kind: 'done' })
    expect(await registry.setDistTag(name, 'latest', '1.1.0')).toEqual({ kind: 'done' })
    expect(await registry.setDistTag(name, 'candidate', undefined)).toEqual({ kind: 'done' })
    expect(await registry.setDistTag(name, 'candidate', undefined)).toEqual({ kind: 'done' })
    expect(await tagsOf(name)).toEqual({ latest: '1.1.0' })
    expect(await registry.setDistTag(name, 'latest', '1.0.0')).toEqual({ kind: 'done' })
    expect((await registry.setDistTag(name, 'latest', '9.9.9')).kind).not.toBe('done')
    expect(await tagsOf(name)).toEqual({ latest: '1.0.0' })
  })

  test('`latest` cannot be taken away: it falls back to the highest version', async () => {
    const { registry } = subjectOf()
    const name = `${scope}/always-latest`
    await upload(name, '1.0.0', 'candidate')
    expect(await registry.setDistTag(name, 'latest', undefined)).toEqual({ kind: 'done' })
    expect(await tagsOf(name)).toEqual({ latest: '1.0.0', candidate: '1.0.0' })
    await upload(name, '1.1.0', 'latest')
    expect(await registry.unpublish(name, '1.1.0')).toEqual({ kind: 'done' })
    expect((await tagsOf(name))['latest']).toBe('1.0.0')
  })

  test('deprecating leaves a version where it is; of what is not there it is done', async () => {
    const { registry } = subjectOf()
    const name = `${scope}/deprecated`
    await upload(name, '1.0.0', 'latest')
    expect(await registry.deprecate(name, '1.0.0', 'do not')).toEqual({ kind: 'done' })
    expect(await registry.deprecate(name, '9.9.9', 'do not')).toEqual({ kind: 'done' })
    expect(await registry.confirm(name, '1.0.0')).toMatchObject({ kind: 'present' })
  })

  test('what is taken away is absent, and no dist-tag leads to it', async () => {
    const { registry } = subjectOf()
    const name = `${scope}/taken-away`
    await upload(name, '1.0.0', 'latest')
    await upload(name, '1.1.0', 'candidate')
    expect(await registry.unpublish(name, '1.1.0')).toEqual({ kind: 'done' })
    expect(await registry.lookup(name, '1.1.0')).toEqual({ kind: 'absent' })
    expect(await tagsOf(name)).toEqual({ latest: '1.0.0' })
  })
}

/** Of a registry with a staging area, for whoever may approve. */
export function stagingContract(scope: string, subjectOf: () => RegistrySubject): void {
  test('what is staged is found by its bytes and not served, once; approved it is public, and staged no more', async () => {
    const { registry, pack } = subjectOf()
    const name = `${scope}/staged`
    const { tarball, bytes } = await pack(name, '1.0.0')
    const { staging } = registry
    const request = { tarball, bytes, distTag: 'latest', access: 'public' } as const
    expect(await staging?.canStage()).toBe(true)
    expect(await staging?.lookupStaged(name, '1.0.0')).toEqual({ kind: 'absent' })
    expect(await staging?.stage(request)).toEqual({ kind: 'stored' })
    expect(await staging?.stage(request)).toMatchObject({ kind: 'taken' })
    expect(await staging?.lookupStaged(name, '1.0.0')).toMatchObject({ kind: 'present', integrity: tarball.integrity })
    expect(await registry.lookup(name, '1.0.0')).toEqual({ kind: 'absent' })
    expect(await staging?.approve(name, '1.0.0')).toEqual({ kind: 'done' })
    expect(await staging?.lookupStaged(name, '1.0.0')).toEqual({ kind: 'absent' })
    expect(await registry.lookup(name, '1.0.0')).toMatchObject({ kind: 'present', integrity: tarball.integrity })
    expect(await registry.facts(name)).toMatchObject({ distTags: new Map([['latest', '1.0.0']]) })
  })

  test('what is rejected is staged no more, can be rejected again and not approved', async () => {
    const { registry, pack } = subjectOf()
    const name = `${scope}/rejected`
    const { staging } = registry
    await staging?.stage({ ...(await pack(name, '1.0.0')), distTag: 'latest', access: 'public' })
    expect(await staging?.reject(name, '1.0.0')).toEqual({ kind: 'done' })
    expect(await staging?.reject(name, '1.0.0')).toEqual({ kind: 'done' })
    expect(await staging?.lookupStaged(name, '1.0.0')).toEqual({ kind: 'absent' })
    expect(await staging?.approve(name, '1.0.0')).toMatchObject({ kind: 'refused' })
    expect(await registry.lookup(name, '1.0.0')).toEqual({ kind: 'absent' })
  })
}

const opened: JournalEvent = {
  kind: 'opened',
  release: 'r1',
  commit: null,
  promotion: 'direct',
  units: [],
  steps: [],
  integrities: {},
}

export function journalContract(makeStore: () => Promise<JournalStore>): void {
  const options = { fence: 1, now: () => new Date('2026-01-01T00:00:00Z') }
  const intent = (step: string): JournalEvent => ({ kind: 'intent', step, evidence: {} })

  test('a journal that was never opened is not there', async () => {
    const store = await makeStore()
    expect(await store.list()).toEqual([])
    expect(await store.read('r1')).toBeUndefined()
  })

  test('what was appended is read back, byte for byte, and another opening goes on after it', async () => {
    const store = await makeStore()
    const first = await store.open('r1', '', options)
    await Promise.all([first.append(opened), first.append(intent('upload:a@1.0.0'))])
    await first.close()
    expect(await store.list()).toEqual(['r1'])
    expect(await store.read('r1')).toBe(await first.text())
    const second = await store.open('r1', await first.text(), { ...options, fence: 2 })
    expect(second.records.map((record) => record.kind)).toEqual(['opened', 'intent'])
    await second.append(intent('upload:b@1.0.0'))
    await second.close()
    expect(await store.read('r1')).toBe(await second.text())
    expect((await second.text()).startsWith(await first.text())).toBe(true)
  })

  test('what a journal would be with more behind it is a journal, and is not written', async () => {
    const store = await makeStore()
    const journal = await store.open('r1', '', options)
    void journal.append(opened)
    const longer = await journal.textWith([intent('upload:a@1.0.0'), { kind: 'closed', as: 'finished' }])
    expect(await store.read('r1')).toBe(await journal.text())
    expect(longer.startsWith(await journal.text())).toBe(true)
    await journal.append(intent('upload:b@1.0.0'))
    await journal.close()
    const again = await store.open('r1', longer, options)
    expect(again.records.map((record) => record.kind)).toEqual(['opened', 'intent', 'closed'])
    await again.close()
  })

  test('a torn tail is cut off before anything is appended', async () => {
    const store = await makeStore()
    const first = await store.open('r1', '', options)
    await first.append(opened)
    const again = await store.open('r1', `${await first.text()}{"sum":"ha`, options)
    await again.append(intent('upload:a@1.0.0'))
    expect((await store.read('r1'))?.split('\n').length).toBe(3)
    await first.close()
    await again.close()
  })

  test('a corrupt journal is not opened', async () => {
    const store = await makeStore()
    const first = await store.open('r1', '', options)
    await first.append(opened)
    await first.append(intent('upload:a@1.0.0'))
    await first.close()
    await expect(store.open('r1', (await first.text()).replace('"r1"', '"r2"'), options)).rejects.toThrow('line 1')
  })

  test('what is forgotten is not there', async () => {
    const store = await makeStore()
    const journal = await store.open('r1', '', options)
    await journal.append(opened)
    await journal.close()
    await store.forget('r1')
    expect(await store.list()).toEqual([])
    expect(await store.read('r1')).toBeUndefined()
  })
}

export type TagsSubject = {
  /** Two that both clones have. */
  readonly commits: readonly [Sha, Sha]
  /** Of two clones of one remote. */
  readonly writers: readonly [TagWriter, TagWriter]
  remoteTags(): Promise<readonly string[]>
}

export function tagsContract(open: () => Promise<TagsSubject>): void {
  const at = (tag: string, commit: Sha): TagToMake => ({ tag, name: tag, version: '1.0.0', commit })

  test('tags are made once, and again without harm; at another commit they are refused, all of them', async () => {
    const { commits, writers } = await open()
    const [writer] = writers
    expect(await writer.make([at('a@1.0.0', commits[0])])).toBeUndefined()
    expect(await writer.make([at('a@1.0.0', commits[0]), at('b@1.0.0', commits[0])])).toBeUndefined()
    expect(await writer.make([at('c@1.0.0', commits[1]), at('a@1.0.0', commits[1])])).toMatch(/a@1\.0\.0/)
    expect(await writer.remove([at('c@1.0.0', commits[1])])).toBeUndefined()
  })

  test('what was prepared is made as what was not, and seen by nobody before', async () => {
    const { commits, writers, remoteTags } = await open()
    const [writer] = writers
    const tags = [at('a@1.0.0', commits[0]), at('b@1.0.0', commits[1])]
    await writer.prepare(tags)
    expect(await writer.push('origin', ['a@1.0.0'])).toMatch(/./)
    expect(await writer.make(tags)).toBeUndefined()
    expect(await writer.make(tags)).toBeUndefined()
    expect(await writer.make([at('a@1.0.0', commits[1]), at('c@1.0.0', commits[1])])).toMatch(/a@1\.0\.0/)
    expect(await writer.push('origin', ['a@1.0.0', 'b@1.0.0'])).toBeUndefined()
    expect(await remoteTags()).toEqual(['a@1.0.0', 'b@1.0.0'])
  })

  test('tags are pushed together, and again without harm; where the remote has another, none arrives', async () => {
    const { commits, writers, remoteTags } = await open()
    const [here, there] = writers
    await here.make([at('a@1.0.0', commits[0])])
    expect(await here.push('origin', ['a@1.0.0'])).toBeUndefined()
    expect(await here.push('origin', ['a@1.0.0'])).toBeUndefined()
    await there.make([at('a@1.0.0', commits[1]), at('b@1.0.0', commits[1])])
    expect(await there.push('origin', ['a@1.0.0', 'b@1.0.0'])).toMatch(/rejected/)
    expect(await remoteTags()).toEqual(['a@1.0.0'])
  })

  test('a clone adopts what another has pushed for the same commits, and then pushes without harm', async () => {
    const { commits, writers, remoteTags } = await open()
    const [here, there] = writers
    await here.make([at('a@1.0.0', commits[0])])
    await here.push('origin', ['a@1.0.0'])
    const tags = [at('a@1.0.0', commits[0]), at('b@1.0.0', commits[0])]
    expect(await there.adopt('origin', tags)).toBeUndefined()
    expect(await there.make(tags)).toBeUndefined()
    expect(await there.push('origin', ['a@1.0.0', 'b@1.0.0'])).toBeUndefined()
    expect(await remoteTags()).toEqual(['a@1.0.0', 'b@1.0.0'])
  })

  test('what is taken away is gone here or there, and a tag at another commit stays', async () => {
    const { commits, writers, remoteTags } = await open()
    const [writer] = writers
    const tags = [at('a@1.0.0', commits[0]), at('b@1.0.0', commits[1])]
    await writer.make(tags)
    await writer.push('origin', ['a@1.0.0', 'b@1.0.0'])
    const ours = [at('a@1.0.0', commits[0]), at('b@1.0.0', commits[0]), at('c@1.0.0', commits[0])]
    expect(await writer.removeRemote('origin', ours)).toBeUndefined()
    expect(await remoteTags()).toEqual(['b@1.0.0'])
    expect(await writer.remove(ours)).toBeUndefined()
    expect(await writer.make([at('a@1.0.0', commits[1])])).toBeUndefined()
    expect(await writer.make([at('b@1.0.0', commits[0])])).toMatch(/b@1\.0\.0/)
  })
}
