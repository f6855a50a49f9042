/** The remote cache of turbo that a test starts; it ships without types. */
declare module 'turborepo-remote-cache' {
  export function createApp(options: Readonly<Record<string, unknown>>): {
    listen(where: { readonly host: string; readonly port: number }): Promise<string>
    close(): Promise<unknown>
  }
}
