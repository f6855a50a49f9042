/**
 * An empty registry for a test or the demo: a real Verdaccio. While the tests run, one process of its own holds those of
 * all test files (`registry-host.ts`), since a process that has loaded Verdaccio takes twice as long to start another.
 */
import { npmrcFor, openVerdaccio, type OpenRegistry } from './verdaccio.ts'

export { npmrcFor }

export type TestRegistry = OpenRegistry & {
  /** The whole document of a package, or undefined when the registry does not have it. */
  packument(name: string): Promise<TestPackument | undefined>
}

export type TestPackument = {
  readonly 'dist-tags': Readonly<Record<string, string>>
  readonly versions: Readonly<
    Record<
      string,
      { readonly dist: { readonly integrity: string; readonly tarball: string }; readonly [key: string]: unknown }
    >
  >
}

export async function startRegistry(): Promise<TestRegistry> {
  const host = process.env['TOPSAIL_REGISTRY_HOST']
  const registry = host === undefined ? await openVerdaccio() : await openAt(host)
  const { url, token } = registry
  return {
    ...registry,
    async packument(name) {
      const answer = await fetch(`${url}${name.replace('/', '%2f')}`, { headers: { authorization: `Bearer ${token}` } })
      return answer.status === 200 ? ((await answer.json()) as TestPackument) : undefined
    },
  }
}

async function openAt(host: string): Promise<OpenRegistry> {
  const answer = await fetch(host, { method: 'POST' })
  if (!answer.ok) throw new Error(`No registry could be started: ${await answer.text()}`)
  const opened = (await answer.json()) as Omit<OpenRegistry, 'close'>
  const close = async (): Promise<void> => {
    await fetch(new URL(new URL(opened.url).port, host), { method: 'DELETE' })
  }
  return { ...opened, close }
}
