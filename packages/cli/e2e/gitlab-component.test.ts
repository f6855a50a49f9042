/**
 * The scripts of the GitLab component, run by bash as a runner would, in a clone whose remote holds the token of the job.
 */
import { spawn, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startGitlab, type GitlabRig } from '@topsail/engine/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { changeset, shopFiles } from '../src/testing/workspace.ts'

const cli = fileURLToPath(new URL('..', import.meta.url))
const template = readFileSync(join(cli, '../../templates/release.yml'), 'utf8')
const canRun = ['bash', 'npm'].every((program) => spawnSync(program, ['--version']).status === 0)

type Job = { readonly script: readonly string[]; readonly rules: readonly { readonly if: string }[] }
type Jobs = {
  readonly '.topsail': { readonly variables: Record<string, string>; readonly before_script: readonly string[] }
  readonly 'topsail-merge-request': Job
  readonly 'topsail-release': Job
}

/** The jobs with these inputs, or their defaults, filled in as GitLab does. */
function jobsWith(inputs: Readonly<Record<string, string>>): Jobs {
  const [head] = parseAllDocuments(template)
  const spec = head?.toJS() as { spec: { inputs: Record<string, { default: unknown }> } }
  const text = template.slice(template.indexOf('\n---\n') + 5)
  const filled = text.replaceAll(/\$\[\[ inputs\.([\w-]+) \]\]/g, (_, name: string) =>
    String(inputs[name] ?? spec.spec.inputs[name]?.default),
  )
  return parseAllDocuments(filled)[0]?.toJS() as Jobs
}

describe.skipIf(!canRun)('the component (needs bash and npm)', () => {
  let rig: GitlabRig
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'topsail-component-'))
    const { '.changeset/brave-cats.md': _, ...shop } = shopFiles()
    rig = await startGitlab({ files: { ...shop, '.gitignore': 'node_modules\n' }, registry: true })
  }, 60_000)
  afterAll(async () => {
    await rig.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  })

  async function runJob(
    name: 'topsail-merge-request' | 'topsail-release',
    env: Record<string, string>,
    inputs: Record<string, string> = {},
  ) {
    const jobs = jobsWith({ install: 'true', ...inputs })
    // A runner clones with the token of the job, which may not push.
    const clone = await rig.clone(rig.repository, rig.tokens.readOnly)
    if (env['CI_COMMIT_SHA'] !== undefined) await clone.git('checkout', '--quiet', '--detach', env['CI_COMMIT_SHA'])
    await mkdir(join(clone.root, 'node_modules/.bin'), { recursive: true })
    await symlink(cli, join(clone.root, 'node_modules/topsail'))
    await symlink('../topsail/bin/topsail.js', join(clone.root, 'node_modules/.bin/topsail'))
    const { before_script: before, variables } = jobs['.topsail']
    const script = join(folder, 'script.sh')
    await writeFile(script, ['set -eo pipefail', ...before, ...jobs[name].script].join('\n'))
    const child = spawn('bash', [script], {
      cwd: clone.root,
      env: {
        PATH: `${dirname(process.execPath)}:${process.env['PATH']}`,
        HOME: folder,
        GIT_CONFIG_GLOBAL: '/dev/null',
        NPM_CONFIG_USERCONFIG: rig.registry?.userconfig,
        ...variables,
        ...env,
      },
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text))
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
    return { code, said, config: readFileSync(join(clone.root, '.git/config'), 'utf8') }
  }

  test('on the default branch it publishes, pushes with the token it was given, and proposes what is pending', async () => {
    const env = rig.environment(rig.tokens.ci, { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_BRANCH: 'main' })
    const first = await runJob('topsail-release', env)
    expect(first).toMatchObject({ code: 0 })
    const tags = [...(await rig.bare.refs()).keys()].filter((ref) => ref.startsWith('refs/tags/'))
    expect(tags.toSorted()).toEqual(
      ['@acme/api@2.1.3', '@acme/db@2.0.0', '@acme/web@1.0.0'].map((tag) => `refs/tags/${tag}`),
    )
    await rig.work.write({ '.changeset/next.md': changeset({ '@acme/db': 'major' }, 'Drop the connection pool') })
    await rig.work.push('feat: next')
    const next = await runJob('topsail-release', env)
    expect(next).toMatchObject({ code: 0 })
    expect(rig.project.mergeRequests).toMatchObject([{ source_branch: 'topsail/release', state: 'opened' }])
    for (const { said, config } of [first, next]) expect(said + config).not.toContain(rig.tokens.ci)
  }, 120_000)

  test('on a merge request it posts the note, and without a token prints it', async () => {
    await rig.work.git('checkout', '--quiet', '-B', 'more')
    await rig.work.write({ '.changeset/more.md': changeset({ '@acme/web': 'minor' }, 'More') })
    await rig.work.push('feat: more')
    const number = await rig.openMergeRequest('more', { title: 'feat: more' })
    const request = {
      CI_PIPELINE_SOURCE: 'merge_request_event',
      CI_MERGE_REQUEST_IID: String(number),
      CI_COMMIT_SHA: await rig.bare.git(['rev-parse', 'more']),
    }
    const printed = await runJob('topsail-merge-request', rig.environment(undefined, request))
    expect(printed).toMatchObject({ code: 0, said: expect.stringContaining('`@acme/web`') })
    expect(rig.project.notes).toEqual([])
    const posted = await runJob('topsail-merge-request', rig.environment(rig.tokens.ci, request))
    expect(posted.code).toBe(0)
    expect(rig.project.notes).toMatchObject([{ of: `merge_requests/${number}` }])
  }, 60_000)

  test('what an input holds is data, never a script', () => {
    const jobs = jobsWith({ cwd: '$(touch pwned)' })
    const scripts = [
      jobs['.topsail'].before_script,
      jobs['topsail-release'].script,
      jobs['topsail-merge-request'].script,
    ]
    expect(JSON.stringify(scripts)).not.toContain('pwned')
    expect(jobs['.topsail'].variables['TOPSAIL_CWD']).toBe('$(touch pwned)')
  })
})
