/**
 * A module proxy over http that serves the modules of one bare repository straight from its tags, each file made by git
 * when it is asked for.
 */
import { execFile, spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'

export type GoModuleProxy = {
  readonly url: string
  /** Versions that it serves as if from elsewhere, and goes on serving without a tag: `MODULE@v1.2.3` to a commit. */
  readonly remembered: Map<string, string>
  /** While false it knows of no version. */
  serves: boolean
  close(): Promise<void>
}

export const hasGo = spawnSync('go', ['version']).status === 0

const run = promisify(execFile)

/** `root`: the path of the module at the root of the repository. */
export async function startGoModuleProxy(repository: string, root: string): Promise<GoModuleProxy> {
  const git = async (...args: readonly string[]): Promise<Buffer> =>
    (await run('git', ['-C', repository, ...args], { encoding: 'buffer' })).stdout
  const proxy = { remembered: new Map<string, string>(), serves: true }

  async function answer(module: string, what: string): Promise<Buffer | string | undefined> {
    if (!proxy.serves || (module !== root && !module.startsWith(`${root}/`))) return undefined
    const dir = module.slice(root.length + 1).replace(/(^|\/)v\d+$/, '')
    const major = /\/v(\d+)$/.exec(module)?.[1]
    const prefix = dir === '' ? '' : `${dir}/`
    if (what === 'list') {
      const tags = (await git('tag', '--list', `${prefix}v*`)).toString().split('\n').filter(Boolean)
      const versions = tags.map((tag) => tag.slice(prefix.length)).filter((version) => !version.includes('/'))
      const own = versions.filter((version) =>
        (major === undefined ? /^v[01]\./ : new RegExp(`^v${major}\\.`)).test(version),
      )
      const kept = [...proxy.remembered.keys()].filter((key) => key.startsWith(`${module}@`))
      return [...own, ...kept.map((key) => key.slice(module.length + 1))].join('\n')
    }
    const [, version = '', kind] = /^(v.+)\.(info|mod|zip)$/.exec(what) ?? []
    const elsewhere = proxy.remembered.get(`${module}@${version}`)
    const Time = '2026-01-01T00:00:00Z'
    if (elsewhere !== undefined) return JSON.stringify({ Version: version, Time, Origin: { Hash: elsewhere } })
    const commit = (await git('rev-parse', `refs/tags/${prefix}${version}^{commit}`)).toString().trim()
    if (kind === 'info') return JSON.stringify({ Version: version, Time, Origin: { VCS: 'git', Hash: commit } })
    if (kind === 'mod') return git('cat-file', 'blob', `${commit}:${prefix}go.mod`)
    return git('archive', '--format=zip', `--prefix=${module}@${version}/`, `${commit}:${dir}`)
  }

  const server = createServer((request, response) => {
    const [, escaped = '', what = ''] = /^\/(.+)\/@v\/([^/]+)$/.exec(decodeURIComponent(request.url ?? '')) ?? []
    const module = escaped.replaceAll(/!([a-z])/g, (_, letter: string) => letter.toUpperCase())
    answer(module, what).then(
      (body) => (body === undefined ? response.writeHead(404).end() : response.end(body)),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}
