/**
 * Every file that a forge would run: our own workflows, action and component, and the examples of the documentation.
 */
import type { Repository, TextFile } from '../source.ts'
import type { Check } from '../table.ts'
import { githubSchemaLinter } from '../workflows/github-schema.ts'
import { githubSecurity } from '../workflows/github-security.ts'
import { gitlabSchema, gitlabSecurity } from '../workflows/gitlab.ts'

export const workflows: Check = {
  name: 'workflows',
  asks: 'would a forge run our workflows, and should it?',
  run: workflowFindings,
}

const githubFiles = /^(\.github\/workflows\/.*|docs\/workflows\/github\/.*|(.*\/)?action)\.ya?ml$/
const gitlabFiles = /^(docs\/workflows\/gitlab\/.*|\.gitlab-ci)\.ya?ml$/
const templateFiles = /^templates\/.*\.ya?ml$/

export async function workflowFindings({ files }: Pick<Repository, 'files'>): Promise<readonly string[]> {
  const matching = (pattern: RegExp): readonly TextFile[] => files.filter(({ path }) => pattern.test(path))
  const [github, gitlab, templates] = [matching(githubFiles), matching(gitlabFiles), matching(templateFiles)]
  const schema = await githubSchemaLinter(files.find(({ path }) => path === 'action.yml')?.text ?? '')
  const found: string[] = []
  for (const file of github) found.push(...(await schema(file)), ...githubSecurity(file))
  // A component is complete only where something includes it: here, with nothing but its defaults.
  const included = templates.map(({ path }) => ({ path, text: `include:\n  - local: ${path}\n` }))
  found.push(...(await gitlabSchema([...gitlab, ...included], templates)))
  return [...found, ...[...gitlab, ...templates].flatMap(gitlabSecurity)]
}
