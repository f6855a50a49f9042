/**
 * A Go module as a target: a version is a tag of the repository, `services/foo/v1.2.3`, at the commit of the release,
 * and that commit is its integrity. A tag once pushed is never moved or taken away, since proxies and checksum databases
 * keep what they saw; a version counts as there for others when the module proxy serves it from our commit.
 */
import { join, posix } from 'node:path'
import { tagNameOf, type TagSettings } from '@topsail/core'
import { gitIn } from '../../adapters/git-process.ts'
import type { Git } from '../../ports.ts'
import { bringCommit } from '../../release/bring-commit.ts'
import type { Environment } from '../npmrc.ts'
import type { Redact } from '../secrets.ts'
import { gitTags, tagsAt } from '../tags.ts'
import { goTagOf, modulePathProblem, readModuleLine, type ModuleLine } from './go-module.ts'
import { goProxyFor, type GoProxy } from './go-proxy.ts'
import type { Availability, ChangeOutcome, Lookup, Packed, Released, Target, UploadOutcome } from './target.ts'

export type GoOptions = {
  /** The workspace root, absolute. */
  readonly root: string
  /** Where tags are pushed to. */
  readonly remote: string | undefined
  /** Over GOPROXY. */
  readonly proxy: string | undefined
  readonly tagSettings: TagSettings
  readonly env: Environment
  readonly redact: Redact
}

export function goTarget(options: GoOptions): Target {
  const lookup = (released: Released): Promise<Lookup> => lookUp(released, options)
  return {
    lookup,
    confirm: (released) => confirm(released, options),
    async check(released) {
      const packed = await pack(released, options)
      return packed.kind === 'failed' ? packed.problem : undefined
    },
    pack: (released) => pack(released, options),
    upload: (released, { integrity }) => upload(released, integrity, options),
    async facts(released) {
      const there = await remoteTags(options)
      if (typeof there === 'string') return unreachable(there)
      const { tag } = await placeOf(released, options)
      const prefix = tag.slice(0, -released.version.length)
      const versions = [...there].filter(
        ([name]) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'),
      )
      const known = versions.map(([name, commit]) => [name.slice(prefix.length), integrityOf(commit)] as const)
      return { kind: 'known', versions: new Map(known), distTags: new Map() }
    },
    // Go picks the highest version by itself; there is nothing to lead anywhere.
    channel: async () => ({ kind: 'known', value: undefined }),
    async promote(released, _, value): Promise<ChangeOutcome> {
      if (value === undefined) return { kind: 'done' }
      const found = await lookup({ ...released, version: value })
      if (found.kind === 'unreachable') return { ...found, kind: 'unknown' }
      return found.kind === 'present' ? { kind: 'done' } : { kind: 'refused', detail: `there is no ${value}` }
    },
    async retract({ version }) {
      const detail = `the tag of ${version} stays; a later version has to retract it in its go.mod, which the branch of a rollback writes`
      return { kind: 'refused', detail }
    },
  }
}

const kindOfIntegrity = 'gitcommit-'

function integrityOf(commit: string): string {
  return `${kindOfIntegrity}${commit}`
}

async function remoteTags({ root, remote, redact }: GoOptions): Promise<ReadonlyMap<string, string> | string> {
  if (remote === undefined) return new Map()
  const there = await tagsAt(gitIn(root), remote)
  return typeof there === 'string' ? redact(there) : there
}

type Place = { readonly dir: string; readonly tag: string; readonly git: Git }

/** Tags count from the root of the repository, which the workspace may be below of. */
async function placeOf({ dir, version }: Released, { root }: GoOptions): Promise<Place> {
  const git = gitIn(join(root, dir))
  const answer = await git(['rev-parse', '--show-prefix'])
  const below = answer.kind === 'done' && answer.code === 0 ? answer.stdout.replace(/\/?\n$/, '') : posix.normalize(dir)
  const inside = below === '.' ? '' : below
  return { dir: inside, tag: goTagOf(inside, version), git }
}

/** As it is committed: that is what a proxy serves. */
async function moduleAt(git: Git, commit = 'HEAD'): Promise<ModuleLine | undefined> {
  const answer = await git(['cat-file', 'blob', `${commit}:./go.mod`])
  return answer.kind === 'done' && answer.code === 0 ? readModuleLine(answer.stdout) : undefined
}

async function lookUp(released: Released, options: GoOptions): Promise<Lookup> {
  const { tag, git } = await placeOf(released, options)
  const there = await remoteTags(options)
  if (typeof there === 'string') return unreachable(there)
  const commit = there.get(tag)
  if (commit !== undefined) return { kind: 'present', integrity: integrityOf(commit) }
  const found = await moduleAt(git)
  const proxy = found === undefined ? undefined : goProxyFor(found.module, options.proxy, options.env)
  return found === undefined || proxy === undefined ? { kind: 'absent' } : remembered(found, released, proxy)
}

/** A proxy keeps versions whose tags are gone, and would go on serving those. */
async function remembered({ module }: ModuleLine, { version }: Released, proxy: GoProxy): Promise<Lookup> {
  const listed = await proxy.list(module)
  if (listed.kind === 'unreachable') return listed
  const isListed = listed.kind === 'served' && listed.text.split(/\s+/).includes(`v${version}`)
  if (!isListed) return { kind: 'absent' }
  const info = await proxy.info(module, `v${version}`)
  if (info.kind === 'unreachable') return info
  const origin = info.kind === 'served' ? originIn(info.text) : undefined
  return { kind: 'present', integrity: integrityOf(origin ?? 'unknown') }
}

async function confirm(released: Released, options: GoOptions): Promise<Availability> {
  const { tag, git } = await placeOf(released, options)
  const there = await remoteTags(options)
  if (typeof there === 'string') return unreachable(there)
  const commit = there.get(tag)
  if (commit === undefined) return { kind: 'absent' }
  const found = (await moduleAt(git, commit)) ?? (await moduleAt(git))
  const proxy = found === undefined ? undefined : goProxyFor(found.module, options.proxy, options.env)
  if (found === undefined || proxy === undefined) return { kind: 'present', integrity: integrityOf(commit) }
  const info = await proxy.info(found.module, `v${released.version}`)
  if (info.kind === 'unreachable') return info
  if (info.kind === 'absent') return { kind: 'listed', detail: 'the module proxy does not serve it yet' }
  return { kind: 'present', integrity: integrityOf(originIn(info.text) ?? commit) }
}

function originIn(text: string): string | undefined {
  try {
    const info = JSON.parse(text) as { readonly Origin?: { readonly Hash?: unknown } } | null
    const hash = info?.Origin?.Hash
    return typeof hash === 'string' && /^[0-9a-f]{40,64}$/.test(hash) ? hash : undefined
  } catch {
    return undefined
  }
}

async function pack(released: Released, options: GoOptions): Promise<Packed> {
  const { name, version, dir } = released
  const failed = (detail: string): Packed => ({
    kind: 'failed',
    problem: { code: 'PACK_FAILED', severity: 'error', name, detail },
  })
  const { tag, git, dir: inside } = await placeOf(released, options)
  const head = await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
  if (head.kind === 'missing' || head.code !== 0)
    return failed('a Go module is released from a commit, and there is none')
  const commit = head.stdout.trim()
  const found = await moduleAt(git, commit)
  const file = posix.join(dir, 'go.mod')
  if (found === undefined)
    return { kind: 'failed', problem: { code: 'GO_MODULE_MISSING', severity: 'error', place: { file }, name } }
  const problem = modulePathProblem(found, { name, version, dir: inside, file })
  if (problem !== undefined) return { kind: 'failed', problem }
  if (version.includes('+')) return failed(`Go knows no version with build metadata, such as ${version}`)
  if (tagNameOf(options.tagSettings, name, version) === tag)
    return failed(`tagPattern gives its release the tag ${tag}, which is the tag of the Go module`)
  return { kind: 'packed', artefact: { integrity: integrityOf(commit), file: tag } }
}

async function upload(released: Released, integrity: string, options: GoOptions): Promise<UploadOutcome> {
  const { root, remote, redact } = options
  if (remote === undefined) return { kind: 'refused', detail: 'there is no remote to push the tag to' }
  const there = await lookUp(released, options)
  if (there.kind === 'unreachable') return { ...there, kind: 'unknown' }
  const { tag } = await placeOf(released, options)
  if (there.kind === 'present' && there.integrity !== integrity)
    return { kind: 'taken', detail: `${tag} is ${there.integrity}`, certain: true }
  const git = gitIn(root)
  const commit = integrity.slice(kindOfIntegrity.length)
  if (!(await bringCommit(git, remote, commit))) return { kind: 'refused', detail: `the commit ${commit} is not here` }
  const tags = gitTags(git)
  const wanted = [{ tag, commit, name: released.name, version: released.version }]
  const unmade = (await tags.adopt(remote, wanted)) ?? (await tags.make(wanted))
  if (unmade !== undefined) return { kind: 'refused', detail: redact(unmade) }
  const unpushed = await tags.push(remote, [tag])
  if (unpushed === undefined) return { kind: 'stored' }
  const detail = redact(unpushed)
  if (/already exists/i.test(unpushed)) return { kind: 'taken', detail, certain: false }
  return /rejected|denied|declined/i.test(unpushed)
    ? { kind: 'refused', detail }
    : { kind: 'unknown', detail, retryAfter: undefined }
}

function unreachable(detail: string): Extract<Lookup, { kind: 'unreachable' }> {
  return { kind: 'unreachable', detail, retryAfter: undefined }
}
