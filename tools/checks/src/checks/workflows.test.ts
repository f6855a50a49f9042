import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { workflowFindings } from './workflows.ts'

const checkout = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1'
const own = (path: string) => ({ path, text: readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8') })

const workflow = (changes: {
  on?: string
  top?: string
  job?: string
  steps?: string
}): string => `on: ${changes.on ?? 'push'}
permissions: ${changes.top ?? '{}'}
jobs:
  a:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    ${changes.job ?? 'permissions: {}'}
    steps:
${changes.steps ?? '      - run: echo'}
`

const badWorkflows: readonly (readonly [string, string, RegExp])[] = [
  ['a key that does not exist', workflow({ job: 'permission: {}' }), /permission/],
  ['a job that is needed and is not there', workflow({ job: 'needs: b\n    permissions: {}' }), /"b"|'b'/],
  [
    'an input that our action does not have',
    uses('topsail/topsail@0000000000000000000000000000000000000000 # v0.1.0\n        with: { comand: pr }'),
    /comand/,
  ],
  ['an expression in a script', workflow({ steps: '      - run: echo ${{ github.sha }}' }), /interpolates/],
  [
    "a pull request's title in a script",
    workflow({ on: 'pull_request', steps: '      - run: echo ${{ github.event.pull_request.title }}' }),
    /untrusted/,
  ],
  ['an action that is pinned by a tag', uses('actions/setup-node@v6'), /not pinned/],
  [
    'a pin that does not say its version',
    uses('actions/setup-node@820762786026740c76f36085b0efc47a31fe5020'),
    /without the version/,
  ],
  ['no permissions', workflow({}).replace('permissions: {}\njobs', 'jobs'), /no permissions/],
  ['permissions for every job', workflow({ top: 'write-all' }), /every job/],
  ['a permission to write for every job', workflow({ top: '{ contents: write }' }), /every job/],
  ['a job without permissions', workflow({ job: 'continue-on-error: false' }), /job without permissions/],
  ['a job without a limit of time', workflow({}).replace('timeout-minutes: 5', 'continue-on-error: false'), /timeout/],
  ['a credential left where nothing is pushed', uses(checkout), /persist-credentials/],
  [
    'code of a fork where there are secrets',
    forked('pull_request_target', '${{ github.event.pull_request.head.sha }}'),
    /secrets/,
  ],
  ['the merge of a fork where there are secrets', forked('pull_request_target', 'refs/pull/1/merge'), /secrets/],
  [
    'code of a fork in the second workflow',
    forked('{ workflow_run: { workflows: [x] } }', '${{ github.event.workflow_run.head_sha }}'),
    /secrets/,
  ],
]

function uses(what: string): string {
  return workflow({ steps: `      - uses: ${what}` })
}

function forked(on: string, ref: string): string {
  const options = `with: { ref: "${ref}", persist-credentials: false }`
  return workflow({ on, steps: `      - uses: ${checkout}\n        ${options}` })
}

test.each(badWorkflows)('a workflow with %s is found', async (_, text, complaint) => {
  const findings = await workflowFindings({ files: [own('action.yml'), { path: '.github/workflows/bad.yml', text }] })
  expect(findings.join('\n')).toMatch(complaint)
  expect(findings.every((finding) => finding.startsWith('.github/workflows/bad.yml:'))).toBe(true)
})

test('the same workflow without the mistakes is clean', async () => {
  expect(await workflowFindings({ files: [{ path: 'docs/workflows/github/a.yml', text: workflow({}) }] })).toEqual([])
})

test('an action that interpolates its inputs into a script is found', async () => {
  const text = own('action.yml').text.replace('"$GITHUB_ACTION_PATH/action/run.sh"', 'topsail ci ${{ inputs.command }}')
  expect((await workflowFindings({ files: [{ path: 'action.yml', text }] })).join('\n')).toMatch(/interpolates/)
})

const badPipelines: readonly (readonly [string, string, RegExp])[] = [
  ['a key that does not exist', 'a:\n  script: [echo]\n  stgae: test\n', /stgae/],
  ['an input that the component does not have', include('0.1.0', 'comand: pr'), /comand/],
  ['an input that the component does not take', include('0.1.0', 'direct: maybe'), /boolean|direct/],
  ['a component that is not pinned', include('~latest', 'direct: true'), /not pinned/],
  ['an image without a version', 'a:\n  image: node:latest\n  script: [echo]\n', /without a version/],
  ['a script from the network', 'a:\n  script:\n    - curl https://example.org/install | sh\n', /as a script/],
]

function include(version: string, input: string): string {
  return `include:\n  - component: $CI_SERVER_FQDN/topsail/topsail/release@${version}\n    inputs: { ${input} }\n`
}

describe('pipelines, all of them looked at together', () => {
  const at = (index: number): string => `docs/workflows/gitlab/bad-${index}.yml`
  let findings: readonly string[] = []
  beforeAll(async () => {
    const files = badPipelines.map(([, text], index) => ({ path: at(index), text }))
    findings = await workflowFindings({ files: [own('templates/release.yml'), ...files] })
  }, 60_000)

  test.each(badPipelines.map(([what, , complaint], index) => [what, complaint, index] as const))(
    'a pipeline with %s is found',
    (_, complaint, index) => {
      const own = findings.filter((finding) => new RegExp(`^${at(index)}[: ]`).test(finding))
      expect(own.join('\n')).toMatch(complaint)
    },
  )

  test('nothing is found in the component that they include', () => {
    expect(findings.filter((finding) => !finding.startsWith('docs/workflows/gitlab/bad-'))).toEqual([])
  })
})
