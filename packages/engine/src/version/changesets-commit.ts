/** The messages of `@changesets/cli/commit`, for repositories that ask for them without having it installed. */
import type { CommitFunctions } from '@changesets/types'

export const changesetsCommit: CommitFunctions = {
  getAddMessage: ({ summary }, options) =>
    `docs(changeset): ${summary}${skips(options, 'add') ? '\n\n[skip ci]\n' : ''}`,
  getVersionMessage: ({ releases }, options) => {
    const released = releases.filter(({ type }) => type !== 'none')
    const lines = released.map(({ name, newVersion }) => `  ${name}@${newVersion}`)
    const message = `RELEASING: Releasing ${released.length} package(s)\n\nReleases:\n${lines.join('\n')}\n`
    return skips(options, 'version') ? `${message}\n[skip ci]\n` : message
  },
}

function skips(
  options: { readonly skipCI?: string | boolean } | null | undefined,
  command: 'add' | 'version',
): boolean {
  return options?.skipCI === true || options?.skipCI === command
}
