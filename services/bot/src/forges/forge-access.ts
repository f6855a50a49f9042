/**
 * The forges that are configured, behind one question.
 */
import type { Configuration } from '../configuration.ts'
import type { OpenAccess } from './access.ts'
import { githubAccess } from './github-app.ts'
import { gitlabAccess } from './gitlab-group.ts'

export function forgeAccess({ github, gitlab }: Pick<Configuration, 'github' | 'gitlab'>): OpenAccess {
  const access = {
    github: github === undefined ? undefined : githubAccess(github),
    gitlab: gitlab === undefined ? undefined : gitlabAccess(gitlab),
  }
  return async (look) => {
    const open = access[look.forge]
    return open === undefined ? { kind: 'closed', why: `${look.forge} is configured no more` } : open(look)
  }
}
