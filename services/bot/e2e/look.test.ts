/**
 * The bot against a GitHub API, with webhooks that are really delivered and git over HTTP: what becomes of a pull
 * request from its first delivery to its end, and what does not become of hostile ones.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startForge, type ForgeRig } from '@topsail/engine/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { githubVariables, startTestBot, type TestBot } from '../src/testing/bot-in-process.ts'
import { githubDelivery } from '../src/testing/signed.ts'

// Whole looks, each with several processes of its own, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 })

let rig: ForgeRig
let bot: TestBot

const shop = {
  'package.json': { private: true, workspaces: ['services/*'] },
  'services/api/package.json': { name: '@acme/api', version: '1.0.0' },
  'services/web/package.json': { name: '@acme/web', version: '1.0.0', dependencies: { '@acme/api': '~1.0.0' } },
  '.changeset/config.json': { baseBranch: 'main' },
}

beforeAll(async () => {
  rig = await startForge({ files: shop, more: ['globex/tools'] })
  bot = await startTestBot(githubVariables(rig))
  rig.deliverTo(`${bot.url}/webhooks/github`)
}, 120_000)
afterAll(async () => {
  rig.deliverTo(undefined)
  await bot.close()
  await rig.close()
})

type Comment = { readonly id: number; readonly body: string; readonly user: { readonly login: string } }
type Run = { readonly name: string; readonly conclusion: string; readonly output: { readonly title: string } }

async function ask<T>(path: string, repository = rig.repository): Promise<T> {
  return (await rig.api(rig.tokens.maintainer, 'GET', `/repos/${repository}${path}`)) as T
}
const commentsOn = (number: number): Promise<readonly Comment[]> => ask(`/issues/${number}/comments`)
async function checksAt(sha: string): Promise<readonly Run[]> {
  return (await ask<{ check_runs: readonly Run[] }>(`/commits/${sha}/check-runs`)).check_runs
}

async function branch(name: string, files: Readonly<Record<string, string | object | null>>): Promise<string> {
  await rig.work.git('fetch', '--quiet', 'origin')
  await rig.work.git('checkout', '--quiet', '-B', name, 'origin/main')
  await rig.work.write(files)
  return rig.work.push(`feat: ${name}`)
}

test('a pull request without a changeset is told, and the same comment tells when it has one', async () => {
  const first = await branch('lacking', { 'services/api/index.ts': 'export {}\n' })
  const number = await rig.openPullRequest('lacking', { title: 'Lacking' })
  await bot.settled()
  const [comment, ...others] = await commentsOn(number)
  expect(others).toEqual([])
  expect(comment?.user.login).toBe(`${rig.app.slug}[bot]`)
  expect(comment?.body).toContain('@acme/api')
  expect(await checksAt(first)).toMatchObject([{ name: 'topsail', conclusion: 'failure' }])

  await rig.work.write({ '.changeset/new.md': '---\n"@acme/api": minor\n---\n\nMore of it.\n' })
  const second = await rig.work.push('feat: a changeset')
  await bot.settled()
  const after = await commentsOn(number)
  expect(after.map(({ id }) => id)).toEqual([comment?.id])
  expect(after[0]?.body).toContain('1.1.0')
  expect(await checksAt(second)).toMatchObject([{ name: 'topsail', conclusion: 'success' }])
})

test('what was delivered before leads to nothing more, and neither does a closed pull request', async () => {
  await branch('closing', { 'services/api/closing.ts': 'export {}\n' })
  const number = await rig.openPullRequest('closing', { title: 'Closing' })
  await bot.settled()
  for (const delivery of rig.deliveries.slice(-2)) expect(await rig.deliver(delivery)).toBe(200)
  await rig.api(rig.tokens.maintainer, 'PATCH', `/repos/acme/shop/pulls/${number}`, { state: 'closed' })
  const looks = bot.lines.filter(({ msg }) => msg === 'looked').length
  const repository = await ask<{ id: number }>('')
  await send({ action: 'edited', pull_request: { number }, repository, installation: { id: 100 } })
  await bot.settled()
  expect(await commentsOn(number)).toHaveLength(1)
  const more = bot.lines.filter(({ msg }) => msg === 'looked').slice(looks)
  expect(more).toMatchObject([{ outcome: 'needless' }])
})

async function send(payload: object): Promise<number> {
  const { headers, body } = githubDelivery(payload, { secret: rig.app.webhookSecret })
  return (await fetch(`${bot.url}/webhooks/github`, { method: 'POST', headers, body })).status
}

test('a delivery cannot lead into the repository of another installation', async () => {
  const [acme, globex] = [await ask<{ id: number }>(''), await ask<{ id: number }>('', 'globex/tools')]
  await branch('crossing', { 'services/api/crossing.ts': 'export {}\n' })
  rig.deliverTo(undefined)
  const number = await rig.openPullRequest('crossing', { title: 'Crossing' })
  rig.deliverTo(`${bot.url}/webhooks/github`)
  const pull_request = { number }
  const crossed = [
    { repository: { id: acme.id, full_name: 'acme/shop' }, installation: { id: 101 } },
    { repository: { id: globex.id, full_name: 'acme/shop' }, installation: { id: 101 } },
    { repository: { id: globex.id, full_name: 'acme/shop' }, installation: { id: 100 } },
    { repository: { id: acme.id, full_name: 'globex/tools' }, installation: { id: 100 } },
    { repository: { id: acme.id, full_name: 'acme/shop' }, installation: { id: 999 } },
    { repository: { id: 999_999, full_name: 'acme/shop' }, installation: { id: 100 } },
  ]
  const before = bot.lines.length
  for (const more of crossed) expect(await send({ action: 'opened', pull_request, ...more })).toBe(202)
  await bot.settled()
  const outcomes = bot.lines.slice(before).filter(({ msg }) => msg === 'looked')
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(crossed.map(() => 'impossible'))
  expect(await commentsOn(number)).toEqual([])
})

test('a fork that asks for things to be run gets its comment, and nothing is run', async () => {
  const witness = join(bot.folder, 'witness')
  const script = `require('node:fs').writeFileSync(${JSON.stringify(witness)}, 'x')`
  const run = `node -e ${JSON.stringify(script)}`
  const fork = await rig.fork()
  await fork.git('checkout', '--quiet', '-B', 'hostile')
  await fork.write({
    '.github/workflows/ci.yml': `on: pull_request_target\njobs: { x: { runs-on: x, steps: [{ run: "${witness}" }] } }\n`,
    '.npmrc': `script-shell=${witness}\nignore-scripts=false\nregistry=http://127.0.0.1:1/\n//127.0.0.1:1/:_authToken=x\n`,
    '.yarnrc.yml': 'yarnPath: ./evil.cjs\nplugins: [./evil.cjs]\n',
    '.pnpmfile.cjs': script,
    'pnpm-workspace.yaml': 'packages: ["services/*"]\nconfigDependencies: {}\npnpmfile: .pnpmfile.cjs\n',
    'evil.cjs': script,
    'node_modules/@changesets/cli/package.json': {
      name: '@changesets/cli',
      version: '3.0.0',
      main: '../../../evil.cjs',
    },
    'node_modules/prettier/package.json': { name: 'prettier', version: '3.0.0', main: '../../evil.cjs' },
    'node_modules/prettier/index.js': script,
    '.prettierrc.cjs': script,
    'prettier.config.js': script,
    'turbo.json': { tasks: { build: {} } },
    'package.json': {
      private: true,
      workspaces: ['services/*'],
      packageManager: 'yarn@4.0.0',
      scripts: Object.fromEntries(
        ['preinstall', 'install', 'postinstall', 'prepare', 'build', 'version', 'prepublishOnly', 'test'].map(
          (name) => [name, run],
        ),
      ),
      prettier: './.prettierrc.cjs',
    },
    'services/api/package.json': {
      name: '@acme/api',
      version: '1.0.0',
      scripts: { build: run, prepack: run, prepare: run, version: run },
      publishConfig: { registry: 'http://127.0.0.1:1/' },
    },
    '.changeset/config.json': {
      baseBranch: 'main',
      changelog: ['../evil.cjs', { repo: 'x' }],
      commit: ['../evil.cjs', {}],
      format: 'prettier',
    },
    '.changeset/new.md': '---\n"@acme/api": minor\n---\n\nHello.\n',
    '.gitattributes': '* filter=evil diff=evil merge=evil\n',
    '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ext::${witness}\n`,
    '.husky/pre-commit': run,
    'topsail.json': {
      release: { build: 'build' },
      targets: {
        '@acme/api': [{ kind: 'exec', commands: { exists: ['node', '-e', script], upload: ['node', '-e', script] } }],
      },
    },
  })
  const head = await fork.push('feat: hostile')
  const number = await rig.openPullRequest('ada:hostile', { title: 'Hostile' })
  await bot.settled()
  expect(existsSync(witness)).toBe(false)
  expect(await commentsOn(number)).toHaveLength(1)
  expect(await checksAt(head)).toHaveLength(1)
})

const tricks: readonly (readonly [what: string, text: string])[] = [
  ['a mention', 'hello @everyone and @acme/owners'],
  ['a word that closes an issue', 'fixes #1, closes acme/shop#2'],
  ['markup', '<script>alert(1)</script><img src=x onerror=alert(1)>'],
  ['a picture that tells who reads', '![x](http://evil.example/x.png)'],
  ['a link that says another place', '[github.com](http://evil.example)'],
  ['a comment that hides the rest', '<!-- '],
  ['our own mark', '<!-- topsail:pull-request -->'],
  ['a fence that never ends', '```\n````'],
  ['the end of a fold', '</details></td></tr></table>'],
  ['terminal codes', '\u001b[2J\u001b]8;;http://evil.example\u0007x'],
  ['text that runs backwards', '\u202Egnp.exe\u2066'],
  ['a command', '$(touch /tmp/x) `touch /tmp/x` ; reboot'],
  ['an expression of a workflow', '${{ secrets.GITHUB_TOKEN }}'],
  ['a workflow command', '::set-output name=x::y\n::add-mask::z'],
]

test('what a pull request says has no effect where it is shown', async () => {
  const fork = await rig.fork()
  await fork.git('fetch', '--quiet', 'origin')
  await fork.git('checkout', '--quiet', '-B', 'telling', 'main')
  await fork.write({
    ...Object.fromEntries(
      tricks.map(([, text], at) => [`.changeset/trick-${at}.md`, `---\n"@acme/api": patch\n---\n\n${text}\n`]),
    ),
    '.changeset/unknown.md': '---\n"@acme/<img src=x>@everyone": patch\n---\n\nx\n',
    '.changeset/$(reboot) [x](y) @everyone.md': '---\n"@acme/nobody": patch\n---\n\nx\n',
    'services/evil/package.json': { name: '@acme/evil', version: '1.0.0-<img/src=x>', description: '@everyone' },
    'services/$(touch x)/package.json': { name: '`@everyone`', version: '1.0.0' },
    'services/--help/package.json': { name: '--help', version: '1.0.0' },
    'services/__proto__/package.json': { name: '__proto__', version: '1.0.0' },
  })
  const head = await fork.push('feat: @everyone <img src=x> fixes #1')
  const number = await rig.openPullRequest('ada:telling', {
    title: '<img src=x> @everyone $(reboot)',
    body: '<!-- topsail:pull-request -->',
  })
  await bot.settled()
  const [comment, ...others] = await commentsOn(number)
  expect(others).toEqual([])
  const [check] = await checksAt(head)
  for (const text of [comment?.body ?? '', JSON.stringify(check)]) {
    expect(text.length).toBeGreaterThan(0)
    expect(text.length).toBeLessThan(65_536)
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\p{Bidi_Control}/u)
    // Outside of code spans and encoded addresses nothing of it is left.
    const prose = text
      .replace('<!-- topsail:pull-request -->', '')
      .replaceAll(/(`+)[^`][\s\S]*?\1/g, '')
      .replaceAll(/\(<[^<>]*>\)/g, '')
    expect(prose).not.toMatch(/@everyone|@acme|!\[|fixes #1|closes acme|<(?!br>|\/?(details|summary|sub)>)/)
  }
})

test('no token and no key is in a comment, in the log or on the disk', async () => {
  const secrets = [rig.app.privateKey.slice(100, 160), rig.app.webhookSecret, rig.tokens.maintainer]
  const log = JSON.stringify(bot.lines)
  const comments = JSON.stringify(await Promise.all([1, 2, 3, 4, 5].map(commentsOn)))
  for (const secret of secrets) expect(log + comments).not.toContain(secret)
  expect(log + comments).not.toMatch(/gh[sp]_\w{10}|eyJ\w{10}/)
  expect(comments).not.toContain(bot.folder)
  const { stdout } = await promisify(execFile)('grep', [
    '-rlaE',
    'gh[sp]_[A-Za-z0-9]{10}|x-access-token',
    bot.folder,
  ]).catch(() => ({ stdout: '' }))
  expect(stdout).toBe('')
})
