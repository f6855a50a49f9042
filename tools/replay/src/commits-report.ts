/** What replaying releases made from commits found, as a table and the differences below it. */
import type { CommitsRepository } from './commits.ts'

/** Every release that the commits alone decide is reproduced. */
export function isSoundByCommits(repositories: readonly CommitsRepository[]): boolean {
  return repositories.every(({ different }) => different.length === 0)
}

export function reportCommits(repositories: readonly CommitsRepository[]): string {
  const width = Math.max(...repositories.map(({ repo }) => repo.length), 10)
  const rows = repositories.map((result) => row(result, width))
  const differences = repositories.flatMap(({ different }) =>
    different.flatMap(({ id, differences: list }) =>
      list.map(({ name, expected, ours }) => `  ${id}  ${name}  recorded ${expected}  ours ${ours}`),
    ),
  )
  const head = `${'commits'.padEnd(width)}  cases  decided by commits  reproduced  reproduced besides`
  return [head, ...rows, ...(differences.length === 0 ? [] : ['different:', ...differences])].join('\n')
}

function row({ repo, cases, counted, reproduced, beyond }: CommitsRepository, width: number): string {
  const cells = [
    String(cases).padStart(5),
    String(counted).padStart(18),
    String(reproduced).padStart(10),
    String(beyond).padStart(18),
  ]
  return [repo.padEnd(width), ...cells].join('  ')
}
