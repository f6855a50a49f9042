/**
 * docs/problems.md, written from the record of words: every code with an example as the terminal shows it.
 * `pnpm --filter topsail docs:problems` writes it; a test holds it current.
 */
import type { Problem, ProblemCode } from '@topsail/core'
import { createColors } from 'picocolors'
import { problemWords, renderProblem } from './problem.ts'

export function problemCodes(): readonly ProblemCode[] {
  return Object.keys(problemWords).toSorted() as ProblemCode[]
}

export function exampleOf(code: ProblemCode): Problem {
  return { code, ...problemWords[code].example } as Problem
}

export function problemsPage(): string {
  const sections = problemCodes().map((code) => {
    const example = renderProblem(exampleOf(code), createColors(false))
    return `## ${code}\n\n${problemWords[code].title}.\n\n\`\`\`text\n${example}\n\`\`\`\n`
  })
  return `${head}\n${sections.join('\n')}`
}

const head = `# Problems

Every problem that Topsail can report, by its code. \`--json\` gives the code, the place and the facts as data.

- **error**: nothing is written, and the command ends with exit code 1.
- **quarantined**: the one input is left out and stays where it is; the rest goes on. An error under \`--strict\` and in \`topsail check\`.
- **warning**: to be read; never changes the exit code.

<!-- Written from packages/cli/src/render/problems/ by \`pnpm --filter topsail docs:problems\`. -->
`
