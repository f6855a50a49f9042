import { describe, expect, test } from 'vitest'
import { escapeModule, goTagOf, modulePathProblem, readModuleLine } from './go-module.ts'
import { goProxyFor, matchesPrefix } from './go-proxy.ts'

test.for([
  ['', '1.2.3', 'v1.2.3'],
  ['services/foo', '1.2.3', 'services/foo/v1.2.3'],
  ['services/foo', '2.0.0-rc.1', 'services/foo/v2.0.0-rc.1'],
  ['services/foo/v2', '2.0.0', 'services/foo/v2.0.0'],
  ['v3', '3.0.0', 'v3.0.0'],
  ['services/v2', '3.0.0', 'services/v2/v3.0.0'],
] as const)('in "%s" the tag of %s is %s', ([dir, version, tag]) => {
  expect(goTagOf(dir, version)).toBe(tag)
})

test('the module line is found behind comments, quoted or not', () => {
  expect(readModuleLine('// Ours.\n\nmodule example.com/a // here\n')).toEqual({ module: 'example.com/a', line: 3 })
  expect(readModuleLine('module "example.com/a"\r\n')).toEqual({ module: 'example.com/a', line: 1 })
  expect(readModuleLine('go 1.19\n')).toBeUndefined()
})

describe('the path of a module', () => {
  test.for([
    ['example.com/repo', '', '0.1.0', undefined],
    ['example.com/repo', '', '1.9.0', undefined],
    ['example.com/repo', '', '2.0.0', '/v2'],
    ['example.com/repo/v2', '', '2.0.0', undefined],
    ['example.com/repo/v2', '', '3.0.0', '/v3'],
    ['example.com/repo/v2', '', '1.0.0', ''],
    ['example.com/repo/services/foo', 'services/foo', '1.0.0', undefined],
    ['example.com/repo/foo', 'services/foo', '1.0.0', '/services/foo'],
    ['example.com/repo/services/foo', 'services/foo', '2.0.0', '/services/foo/v2'],
    ['example.com/repo/services/foo/v2', 'services/foo', '2.0.0', undefined],
    ['example.com/repo/services/foo/v2', 'services/foo/v2', '2.1.0', undefined],
    ['gopkg.in/yaml.v1', '', '1.0.0', undefined],
    ['gopkg.in/yaml.v2', '', '3.0.0', '.v3'],
  ] as const)('%s in "%s" at %s', ([module, dir, version, wanted]) => {
    const problem = modulePathProblem({ module, line: 4 }, { name: 'foo', version, dir, file: 'foo/go.mod' })
    const place = { file: 'foo/go.mod', line: 4 }
    const told = { code: 'GO_MODULE_PATH', severity: 'error', place, name: 'foo', version, module, wanted }
    expect(problem).toEqual(wanted === undefined ? undefined : told)
  })
})

test('a proxy spells upper case letters with a mark', () => {
  expect(escapeModule('github.com/Azure/SDK')).toBe('github.com/!azure/!s!d!k')
})

test('Go asks the repository itself for private modules, and where GOPROXY says so', () => {
  const proxy = (env: object, setting?: string) => goProxyFor('example.com/team/a', setting, { ...env })
  expect(proxy({})).toBeDefined()
  expect(proxy({ GOPROXY: 'direct' })).toBeUndefined()
  expect(proxy({ GOPROXY: 'off' })).toBeUndefined()
  expect(proxy({ GOPROXY: 'https://one.example|direct' })).toBeDefined()
  expect(proxy({ GOPRIVATE: 'other.com,example.com/*' })).toBeUndefined()
  expect(proxy({ GOPRIVATE: 'example.com' }, 'https://one.example')).toBeDefined()
  expect(proxy({ GOPRIVATE: 'example.com', GONOPROXY: 'none' })).toBeDefined()
  expect(proxy({}, 'direct')).toBeUndefined()
  expect(matchesPrefix('example.com/team/a/b', 'example.com/team/a')).toBe(false)
})
