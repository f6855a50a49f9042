/** The parts of npm's libraries that are used here; they ship without types. */
declare module 'libnpmpublish' {
  export function publish(
    manifest: Readonly<Record<string, unknown>>,
    tarball: Buffer,
    options: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly url: string; readonly headers: { get(name: string): string | null } }>
  const library: {
    readonly publish: typeof publish
    unpublish(spec: string, options: Readonly<Record<string, unknown>>): Promise<unknown>
  }
  export default library
}

declare module 'npm-registry-fetch' {
  type Answer = {
    readonly status: number
    readonly url: string
    readonly headers: { get(name: string): string | null }
    json(): Promise<unknown>
    buffer(): Promise<Buffer>
    body: { resume(): void }
  }
  export default function registryFetch(address: string, options: Readonly<Record<string, unknown>>): Promise<Answer>
}

declare module 'npm-registry-fetch/lib/auth.js' {
  export type Auth = {
    readonly regKey: string | false
    readonly token: string | null
    /** Basic credentials, encoded. */
    readonly auth: string | null
    readonly cert: string | null
    readonly key: string | null
  }
  export default function getAuth(address: string, options: Readonly<Record<string, unknown>>): Auth
}

declare module '@npmcli/agent' {
  export function getAgent(address: string, options: Readonly<Record<string, unknown>>): import('node:http').Agent
}

declare module 'npm-packlist' {
  type Tree = {
    readonly path: string
    readonly package: Readonly<Record<string, unknown>>
    readonly isProjectRoot: boolean
    readonly isLink?: boolean
    readonly target?: Tree
    readonly edgesOut: ReadonlyMap<string, { readonly to: Tree; readonly peer: boolean; readonly dev: boolean }>
  }
  function packlist(tree: Tree, options?: Readonly<Record<string, unknown>>): Promise<readonly string[]>
  export default packlist
}
