import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parseNpmrc } from './npmrc-text.ts'
import { publicRegistry, readNpmConfig, type Environment, type NpmConfig } from './npmrc.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'topsail-npmrc-'))
  await mkdir(join(folder, 'home'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

type Files = { readonly project?: string; readonly user?: string; readonly global?: string }

async function config(files: Files, env: Environment = {}, tool: 'pnpm' | 'npm' = 'pnpm'): Promise<NpmConfig> {
  const globalconfig = join(folder, 'global')
  await writeFile(join(folder, '.npmrc'), files.project ?? '')
  await writeFile(join(folder, 'home', '.npmrc'), files.user ?? '')
  await writeFile(globalconfig, files.global ?? '')
  return readNpmConfig(folder, tool, { HOME: join(folder, 'home'), NPM_CONFIG_GLOBALCONFIG: globalconfig, ...env })
}

test('without any configuration it is the public registry, without credentials', async () => {
  const npm = await config({})
  expect(npm.registryOf('db', {})).toBe(publicRegistry)
  expect(npm.hasCredentials(publicRegistry)).toBe(false)
})

test('environment beats project, project beats user, user beats global', async () => {
  const files = {
    project: 'registry=http://project/',
    user: 'registry=http://user/',
    global: 'registry=http://global/',
  }
  expect((await config(files, { NPM_CONFIG_REGISTRY: 'http://env/' })).registryOf('db', {})).toBe('http://env/')
  expect((await config(files, { npm_config_registry: 'http://env' })).registryOf('db', {})).toBe('http://env/')
  expect((await config(files)).registryOf('db', {})).toBe('http://project/')
  expect((await config({ ...files, project: '' })).registryOf('db', {})).toBe('http://user/')
  expect((await config({ global: files.global })).registryOf('db', {})).toBe('http://global/')
})

test('NPM_CONFIG_USERCONFIG names another user configuration', async () => {
  await writeFile(join(folder, 'ci-npmrc'), 'registry=http://ci/\n//ci/:_authToken=${CI_TOKEN}\n')
  const npm = await config({}, { NPM_CONFIG_USERCONFIG: join(folder, 'ci-npmrc'), CI_TOKEN: 'tok-123456' })
  expect(npm.registryOf('db', {})).toBe('http://ci/')
  expect(npm.requestOptions('http://ci/')['//ci/:_authToken']).toBe('tok-123456')
})

test('a scope has its own registry, and its credentials go nowhere else', async () => {
  const npm = await config({
    project: '@acme:registry=http://acme/npm/\n//acme/npm/:_authToken=secret-a\n//other/:_authToken=secret-o\n',
  })
  expect(npm.registryOf('@acme/db', {})).toBe('http://acme/npm/')
  expect(npm.registryOf('@else/db', {})).toBe(publicRegistry)
  expect(JSON.stringify(npm.requestOptions('http://acme/npm/'))).not.toContain('secret-o')
})

test('credentials of a folder above count, those of a neighbour do not', async () => {
  const npm = await config({ project: '//host/:_authToken=one\n//host/b/:_authToken=two\n' })
  expect(npm.hasCredentials('http://host/a/deep/')).toBe(true)
  expect(JSON.stringify(npm.requestOptions('http://host/a/deep/'))).not.toContain('two')
  expect(npm.hasCredentials('http://host.example/')).toBe(false)
})

test.each([
  ['pnpm', {}, 'http://scoped/'],
  ['pnpm', { registry: 'http://published/' }, 'http://published/'],
  ['npm', { registry: 'http://published/' }, 'http://scoped/'],
  ['npm', { registry: 'http://published/', '@acme:registry': 'http://own/' }, 'http://own/'],
] as const)('%s with publishConfig %j publishes to %s', async (tool, publishConfig, registry) => {
  const npm = await config({ project: '@acme:registry=http://scoped/' }, {}, tool)
  expect(npm.registryOf('@acme/db', { publishConfig })).toBe(registry)
})

test('a variable of the environment may name a registry with its token', async () => {
  const npm = await config({}, { 'npm_config_//host/:_authToken': 'Tok_En', npm_config_strict_ssl: 'false' })
  const options = npm.requestOptions('http://host/')
  expect(options).toMatchObject({ '//host/:_authToken': 'Tok_En', strictSSL: false })
})

test('a user and password in an address become credentials, and the address is shown without them', async () => {
  const npm = await config({ project: 'registry=https://ada:s3cr%2Ft@host/npm\n' })
  expect(npm.registryOf('db', {})).toBe('https://host/npm/')
  expect(npm.requestOptions('https://host/npm/')['//host/npm/:_auth']).toBe(
    Buffer.from('ada:s3cr/t').toString('base64'),
  )
  expect(npm.redact('s3cr/t and s3cr%2Ft')).toBe('*** and ***')
  const published = { publishConfig: { registry: 'https://bob:other@elsewhere/' } }
  expect(npm.registryOf('db', published)).toBe('https://elsewhere/')
})

test('what is no address at all has no credentials', async () => {
  const npm = await config({ project: 'registry=nonsense\n' })
  expect(npm.hasCredentials(npm.registryOf('db', {}))).toBe(false)
})

test('certificates come from cafile, proxies from their keys', async () => {
  const certificate = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
  await writeFile(join(folder, 'ca.pem'), `${certificate}\n${certificate}\n`)
  const npm = await config({ project: 'cafile=ca.pem\nhttps-proxy=http://proxy:8080\nnoproxy=localhost\n' })
  const options = npm.requestOptions('https://host/')
  expect(options).toMatchObject({ ca: [certificate, certificate], proxy: 'http://proxy:8080', noProxy: 'localhost' })
})

test('a cafile that gives no certificates is told with the place where it is set', async () => {
  await writeFile(join(folder, 'home', 'empty.pem'), 'nothing\n')
  const options = (npm: NpmConfig): unknown => npm.requestOptions('https://host/')['ca']
  const gone = await config({ user: 'cafile=gone.pem\nca=own\n' })
  expect(gone.caFile).toMatchObject({
    file: join(folder, 'gone.pem'),
    from: join(folder, 'home', '.npmrc'),
    lacks: 'file',
  })
  expect(options(gone)).toBe('own')
  expect((await config({ project: 'cafile=~/empty.pem\n' })).caFile).toMatchObject({
    file: join(folder, 'home', 'empty.pem'),
    from: join(folder, '.npmrc'),
    lacks: 'certificates',
  })
  expect((await config({ project: 'cafile=.\n' })).caFile?.lacks).toBe('reading')
  const inEnv = await config({ project: 'cafile=a.pem\n' }, { npm_config_cafile: '/b.pem' })
  expect(inEnv.caFile).toMatchObject({ file: '/b.pem', from: expect.stringContaining('environment') })
  expect((await config({})).caFile).toBeUndefined()
})

test('every form of every credential is taken out of texts', async () => {
  const password = 'pa ss/wörd'
  const npm = await config({
    project: [
      '//a/:_authToken=plain-token',
      `//b/:_auth=${Buffer.from('ada:basic-secret').toString('base64')}`,
      '//c/:username=bob',
      `//c/:_password=${Buffer.from(password).toString('base64')}`,
    ].join('\n'),
  })
  const bearer = Buffer.from(`bob:${password}`).toString('base64')
  for (const secret of [
    'plain-token',
    'basic-secret',
    'ada:basic-secret',
    password,
    encodeURIComponent(password),
    bearer,
  ]) {
    expect(npm.redact(`before ${secret} after`)).toBe('before *** after')
  }
})

test('what only looks like a credential is taken out as well', async () => {
  const { redact } = await config({})
  expect(redact('push to https://x-access-token:abc@forge.example/r.git')).toBe(
    'push to https://***@forge.example/r.git',
  )
  expect(redact('authorization: Bearer abcdef123456')).toBe('authorization: Bearer ***')
  expect(redact('got npm_abcdefghijklmnop')).toBe('got ***')
  expect(redact('//r/:_authToken=abc')).toBe('//r/:_authToken=***')
  expect(redact('@acme/db@1.0.0 at http://127.0.0.1:4873/')).toBe('@acme/db@1.0.0 at http://127.0.0.1:4873/')
})

test('an .npmrc is read line by line as npm reads it', () => {
  const text = [
    '\uFEFFa = 1',
    '; a comment',
    '# another',
    'quoted = "two words ; kept"',
    "single = 'three'",
    'trailing = four ; comment',
    'escaped = fi\\;ve',
    'flag',
    'list[] = one',
    'list[] = two',
    '${NAME}:registry = http://${HOST}/${UNSET}/${UNSET?}',
    'literal = \\${NAME}',
    '[section]',
    'a = 2',
  ].join('\r\n')
  expect(Object.fromEntries(parseNpmrc(text, { NAME: '@acme', HOST: 'host' }))).toEqual({
    a: '1',
    quoted: 'two words ; kept',
    single: 'three',
    trailing: 'four',
    escaped: 'fi;ve',
    flag: 'true',
    list: ['one', 'two'],
    '@acme:registry': 'http://host/${UNSET}/',
    literal: '${NAME}',
  })
})

test.skipIf(process.platform === 'win32')('settings that are there and cannot be read are told', async () => {
  const npmrc = join(folder, 'home', '.npmrc')
  const unread = (): NpmConfig['unread'] => readNpmConfig(folder, 'npm', { HOME: join(folder, 'home') }).unread
  await symlink('.npmrc', npmrc)
  expect(unread()).toEqual([{ file: npmrc, detail: 'ELOOP' }])
  await rm(npmrc)
  await mkdir(npmrc)
  expect(unread()).toEqual([])
  await rm(npmrc, { recursive: true })
  // Whoever waited for it would wait for ever.
  execFileSync('mkfifo', [npmrc])
  expect(unread()).toEqual([])
})
