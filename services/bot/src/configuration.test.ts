import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readConfiguration, type Environment } from './configuration.ts'
import { botLog } from './log.ts'

const folder = mkdtempSync(join(tmpdir(), 'topsail-bot-configuration-'))
afterAll(() => rmSync(folder, { recursive: true }))

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
})
const github: Environment = {
  TOPSAIL_GITHUB_APP_ID: '1',
  TOPSAIL_GITHUB_PRIVATE_KEY: privateKey,
  TOPSAIL_GITHUB_WEBHOOK_SECRET: 'a secret of sixteen',
}

function read(env: Environment) {
  const answer = readConfiguration(env)
  if (!answer.ok) throw new Error(JSON.stringify(answer.problems))
  return answer.value
}

function problemsOf(env: Environment): readonly string[] {
  const answer = readConfiguration(env)
  return answer.ok ? [] : answer.problems.map(({ variable }) => variable)
}

test('three variables are enough for GitHub', () => {
  expect(read(github)).toMatchObject({
    port: 8080,
    store: { kind: 'sqlite' },
    github: { apiUrl: 'https://api.github.com', serverUrl: 'https://github.com' },
    gitlab: undefined,
  })
})

test('secrets may lie in files, and a key may have its line ends written out', () => {
  const file = join(folder, 'key')
  writeFileSync(file, `${privateKey}\n`)
  const { TOPSAIL_GITHUB_PRIVATE_KEY: _, ...rest } = github
  expect(read({ ...rest, TOPSAIL_GITHUB_PRIVATE_KEY_FILE: file }).github?.privateKey).toContain('BEGIN RSA')
  expect(read({ ...github, TOPSAIL_GITHUB_PRIVATE_KEY: privateKey.replaceAll('\n', '\\n') }).github).toBeDefined()
  expect(problemsOf({ ...github, TOPSAIL_GITHUB_PRIVATE_KEY_FILE: file })).toContain('TOPSAIL_GITHUB_PRIVATE_KEY')
  expect(problemsOf({ ...rest, TOPSAIL_GITHUB_PRIVATE_KEY_FILE: '/nowhere' })).toContain(
    'TOPSAIL_GITHUB_PRIVATE_KEY_FILE',
  )
})

test('everything that is wrong is told at once', () => {
  const problems = problemsOf({
    TOPSAIL_BOT_PORT: '99999',
    TOPSAIL_BOT_CONCURRENCY: 'many',
    TOPSAIL_BOT_LOG_LEVEL: 'loud',
    TOPSAIL_GITHUB_APP_ID: '1',
    TOPSAIL_GITHUB_PRIVATE_KEY: 'no key',
    TOPSAIL_GITHUB_WEBHOOK_SECRET: 'short',
    TOPSAIL_GITHUB_URL: 'ftp://x',
    TOPSAIL_GITLAB_GROUPS: '[{"group":"../x"}]',
  })
  expect(new Set(problems)).toEqual(
    new Set([
      'TOPSAIL_BOT_PORT',
      'TOPSAIL_BOT_CONCURRENCY',
      'TOPSAIL_BOT_LOG_LEVEL',
      'TOPSAIL_GITHUB_PRIVATE_KEY',
      'TOPSAIL_GITHUB_WEBHOOK_SECRET',
      'TOPSAIL_GITHUB_URL',
      'TOPSAIL_GITHUB_API_URL',
      'TOPSAIL_GITLAB_GROUPS',
    ]),
  )
})

test('a forge has to be configured, and wholly', () => {
  expect(problemsOf({})).toEqual(['TOPSAIL_GITHUB_APP_ID'])
  expect(problemsOf({ TOPSAIL_GITHUB_APP_ID: '1' })).toEqual([
    'TOPSAIL_GITHUB_PRIVATE_KEY',
    'TOPSAIL_GITHUB_WEBHOOK_SECRET',
  ])
})

test('groups of GitLab have secrets of their own', () => {
  const groups = [
    { group: '/acme/', accessToken: 'glpat-1', secretToken: 'a secret of sixteen' },
    { group: 'globex/tools', accessToken: 'glpat-2', signingToken: `whsec_${btoa('something random')}` },
  ]
  const { gitlab } = read({ TOPSAIL_GITLAB_GROUPS: JSON.stringify(groups) })
  expect(gitlab?.groups.map(({ group }) => group)).toEqual(['acme', 'globex/tools'])
  for (const wrong of ['{}', '[]', 'x', '[{"group":"a","accessToken":"t","signingToken":"plain"}]', '[null]']) {
    expect(problemsOf({ TOPSAIL_GITLAB_GROUPS: wrong })).toContain('TOPSAIL_GITLAB_GROUPS')
  }
})

test('another server of GitHub has its interface elsewhere', () => {
  const { github: ours } = read({ ...github, TOPSAIL_GITHUB_URL: 'https://github.acme.example/' })
  expect(ours).toMatchObject({
    serverUrl: 'https://github.acme.example',
    apiUrl: 'https://github.acme.example/api/v3',
  })
})

test('no secret gets into the log, however it is written', () => {
  const lines: string[] = []
  const url = 'postgres://bot:p4ssw0rd@db/bot'
  const log = botLog(read({ ...github, TOPSAIL_BOT_STORE: url }), { write: (line) => lines.push(line) })
  const error = Object.assign(new Error(`connect ${url} with ${privateKey}`), {
    request: { headers: { authorization: 'Bearer ghs_0123456789abcdefghijklmnop' } },
  })
  log.error({ err: error, token: 'ghs_0123456789abcdefghijklmnop' }, `a secret of sixteen p4ssw0rd`)
  log.info({ deep: { note: 'glpat-0123456789abcdefghij eyJhbGciOiJSUzI1.eyJpc3MiOiIxIn0xx.c2lnbmF0dXJlxx' } })
  const text = lines.join('\n')
  for (const secret of ['p4ssw0rd', 'a secret of', 'ghs_0123', 'glpat-0123', 'eyJ', privateKey.slice(40, 90)]) {
    expect(text).not.toContain(secret)
  }
  expect(text).toContain('***')
})
