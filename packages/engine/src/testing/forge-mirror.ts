/**
 * Keeps the emulated forge and the bare repositories behind it one: what was pushed with git is shown by the API, what
 * the API committed can be fetched. Objects keep their hashes both ways, for both sides compute them as git does.
 */
import { objectsOf, treeEntries, type BareRepository, type GitObject } from './bare-repository.ts'
import { hasObject, treeOf, writeObject } from './loose-objects.ts'

/** A request to the emulator as its administrator; fails with its words. */
export type AskEmulator = (method: string, path: string, body?: object) => Promise<unknown>

export type Mirror = {
  /** Branches and tags as both sides have them since the last time. */
  readonly refs: ReadonlyMap<string, string>
  /** What lies in git is put into the emulator. False when all of it lay there already. */
  show(): Promise<boolean>
  /** What the emulator has come to hold is put into git. */
  fetch(): Promise<void>
  /** Objects alone, as a forge has those of a fork's pull request. */
  showObjects(from: BareRepository, sha: string): Promise<void>
}

export function mirrorOf(bare: BareRepository, ask: AskEmulator, repository: string): Mirror {
  const at = `/repos/${repository}`
  /** The refs that both sides agreed on last. */
  const agreed = new Map<string, string>()
  const tips = new Set<string>()

  const showObjects: Mirror['showObjects'] = async (from, sha) => {
    if (tips.has(sha)) return
    const known = from === bare ? [...tips] : []
    for (const object of await objectsOf(from, [sha], known)) await put(ask, at, object)
    tips.add(sha)
  }
  const refsShown = async (): Promise<ReadonlyMap<string, string>> => {
    const shown = new Map<string, string>()
    for (const kind of ['heads', 'tags']) {
      const found = (await ask('GET', `${at}/git/matching-refs/${kind}/`)) as Ref[]
      for (const { ref, object } of found) shown.set(ref, object.sha)
    }
    return shown
  }
  let begun = false
  return {
    refs: agreed,
    showObjects,
    async show() {
      // A fork is given a first commit of its own by the emulator.
      if (!begun) for (const [name, sha] of await refsShown()) agreed.set(name, sha)
      let isNews = !begun
      begun = true
      const refs = await bare.refs()
      for (const [name, sha] of refs) {
        const before = agreed.get(name)
        if (before === sha) continue
        isNews = true
        await showObjects(bare, sha)
        if (before === undefined) await ask('POST', `${at}/git/refs`, { ref: name, sha })
        else await ask('PATCH', `${at}/git/${name}`, { sha, force: true })
        agreed.set(name, sha)
      }
      for (const name of [...agreed.keys()].filter((name) => !refs.has(name))) {
        isNews = true
        await ask('DELETE', `${at}/git/${name}`)
        agreed.delete(name)
      }
      return isNews
    },
    async fetch() {
      const shown = await refsShown()
      for (const [name, sha] of shown) {
        if (agreed.get(name) === sha) continue
        await take(bare, ask, at, sha)
        await bare.git(['update-ref', name, sha])
        agreed.set(name, sha)
        tips.add(sha)
      }
      for (const name of [...agreed.keys()].filter((name) => !shown.has(name))) {
        await bare.git(['update-ref', '-d', name])
        agreed.delete(name)
      }
    },
  }
}

type Ref = { readonly ref: string; readonly object: { readonly sha: string } }

async function put(ask: AskEmulator, at: string, { sha, type, content }: GitObject): Promise<void> {
  const made = await (type === 'blob'
    ? ask('POST', `${at}/git/blobs`, { content: content.toString('base64'), encoding: 'base64' })
    : type === 'tree'
      ? ask('POST', `${at}/git/trees`, { tree: treeEntries(content).map(asApiEntry) })
      : type === 'commit'
        ? ask('POST', `${at}/git/commits`, asApiCommit(content.toString()))
        : undefined)
  const got = (made as { sha?: string } | undefined)?.sha
  if (got !== undefined && got !== sha) throw new Error(`the emulator made ${got} of the ${type} ${sha}`)
}

function asApiEntry({ mode, path, sha }: { mode: string; path: string; sha: string }): object {
  const type = mode === '040000' ? 'tree' : mode === '160000' ? 'commit' : 'blob'
  return { mode, path, sha, type }
}

function asApiCommit(text: string): object {
  const split = text.indexOf('\n\n')
  const headers = text.slice(0, split).split('\n')
  const valuesOf = (name: string): string[] =>
    headers.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1))
  return {
    message: text.slice(split + 2),
    tree: valuesOf('tree')[0],
    parents: valuesOf('parent'),
    author: asApiIdentity(valuesOf('author')[0] ?? ''),
    committer: asApiIdentity(valuesOf('committer')[0] ?? ''),
  }
}

/** `Ada <ada@example.com> 1700000000 +0100`; the zone is kept, since it is part of the hash. */
function asApiIdentity(line: string): object {
  const [, name = '', email = '', seconds = '0', zone = '+0000'] = /^(.*) <(.*)> (\d+) ([+-]\d{4})$/.exec(line) ?? []
  const minutes = (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3)))
  const local = new Date((Number(seconds) + minutes * 60) * 1000).toISOString().slice(0, 19)
  return { name, email, date: `${local}${zone.slice(0, 3)}:${zone.slice(3)}` }
}

type ApiCommit = {
  readonly message: string
  readonly tree: { readonly sha: string }
  readonly parents: readonly { readonly sha: string }[]
  readonly author: ApiIdentity
  readonly committer: ApiIdentity
}
type ApiIdentity = { readonly name: string; readonly email: string; readonly date: string }
type ApiTree = { readonly tree: readonly { mode: string; type: string; sha: string; path: string }[] }

async function take(bare: BareRepository, ask: AskEmulator, at: string, sha: string): Promise<void> {
  if (await hasObject(bare, sha)) return
  const commit = (await ask('GET', `${at}/git/commits/${sha}`)) as ApiCommit
  for (const parent of commit.parents) await take(bare, ask, at, parent.sha)
  await takeTree(bare, ask, at, commit.tree.sha)
  const lines = [
    `tree ${commit.tree.sha}`,
    ...commit.parents.map((parent) => `parent ${parent.sha}`),
    `author ${asGitIdentity(commit.author)}`,
    `committer ${asGitIdentity(commit.committer)}`,
  ]
  const message = commit.message.endsWith('\n') ? commit.message : `${commit.message}\n`
  const made = writeObject(bare, 'commit', Buffer.from(`${lines.join('\n')}\n\n${message}`))
  if (made !== sha) throw new Error(`git made ${made} of the emulator's commit ${sha}`)
}

async function takeTree(bare: BareRepository, ask: AskEmulator, at: string, sha: string): Promise<void> {
  if (await hasObject(bare, sha)) return
  const { tree } = (await ask('GET', `${at}/git/trees/${sha}`)) as ApiTree
  for (const entry of tree) {
    if (entry.type === 'tree') await takeTree(bare, ask, at, entry.sha)
    if (entry.type !== 'blob' || (await hasObject(bare, entry.sha))) continue
    const blob = (await ask('GET', `${at}/git/blobs/${entry.sha}`)) as { content: string }
    writeObject(bare, 'blob', Buffer.from(blob.content, 'base64'))
  }
  const made = writeObject(bare, 'tree', treeOf(tree))
  if (made !== sha) throw new Error(`the emulator's tree ${sha} is git's ${made}`)
}

function asGitIdentity({ name, email, date }: ApiIdentity): string {
  const zone = /([+-]\d\d):?(\d\d)$/.exec(date)
  return `${name} <${email}> ${Math.floor(Date.parse(date) / 1000)} ${zone ? `${zone[1]}${zone[2]}` : '+0000'}`
}
