/**
 * The lines of `@changesets/changelog-git`, for repositories that name it without having it installed: the short hash
 * of the commit, the summary, and below it the rest, indented to stay inside of the bullet.
 */
import type { ChangelogFunctions } from '@changesets/types'

export const gitChangelog: ChangelogFunctions = {
  getReleaseLine({ summary, commit }) {
    const lines = summary.split('\n').map((line, index) => (index === 0 ? '' : '  ') + line.trimEnd())
    return `- ${commit === undefined ? '' : `${shortHash(commit)}: `}${lines.join('\n')}`
  },
  getDependencyReleaseLine(changesets, dependencies) {
    if (dependencies.length === 0) return ''
    const causes = changesets.map(({ commit }) =>
      commit === undefined ? '- Updated dependencies' : `- Updated dependencies [${shortHash(commit)}]`,
    )
    return [...causes, ...dependencies.map(({ name, newVersion }) => `  - ${name}@${newVersion}`)].join('\n')
  },
}

function shortHash(commit: string): string {
  return commit.slice(0, 7)
}
