import { expect, test } from 'vitest'
import { editJsonStrings, editManifest } from './manifest-edit.ts'

const to2 = { version: '2.0.0', ranges: [] }

test('only the version changes; indentation, key order and the missing final newline stay', () => {
  expect(editManifest('{\n\t"version" :"1.0.0",\n\t"name": "a"}', to2)).toBe('{\n\t"version" :"2.0.0",\n\t"name": "a"}')
})

test('a byte order mark and CRLF line ends stay', () => {
  const text = '\uFEFF{\r\n  "name": "a",\r\n  "version": "1.0.0"\r\n}\r\n'
  expect(editManifest(text, to2)).toBe(text.replace('1.0.0', '2.0.0'))
})

test('a range is replaced in exactly the section that is named', () => {
  const text = '{"dependencies":{"a":"^1.0.0"},"devDependencies":{"a":"^1.0.0"},"version":"1.0.0"}'
  const edit = { version: undefined, ranges: [{ field: 'devDependencies', dependency: 'a', to: '^2.0.0' }] } as const
  expect(editManifest(text, edit)).toBe(
    '{"dependencies":{"a":"^1.0.0"},"devDependencies":{"a":"^2.0.0"},"version":"1.0.0"}',
  )
})

test('a version elsewhere in the manifest is another value', () => {
  const text = '{"engines":{"version":"1.0.0"},"version":"1.0.0","config":{"version":"1.0.0"}}'
  expect(editManifest(text, to2)).toBe('{"engines":{"version":"1.0.0"},"version":"2.0.0","config":{"version":"1.0.0"}}')
})

test('keys with escapes, and packages called __proto__ or constructor, are found', () => {
  const text = '{"dependencies":{"__proto__":"1.0.0","constructor":"1.0.0","\\u0061":"1.0.0"}}'
  const ranges = ['__proto__', 'constructor', 'a'].map(
    (dependency) => ({ field: 'dependencies', dependency, to: '2.0.0' }) as const,
  )
  expect(editManifest(text, { version: undefined, ranges })).toBe(text.replaceAll('1.0.0', '2.0.0'))
})

test('a key written twice changes twice, so that every reader sees the new version', () => {
  expect(editManifest('{"version":"1.0.0","version":"1.0.0"}', to2)).toBe('{"version":"2.0.0","version":"2.0.0"}')
})

test.each([
  ['no JSON', '{"version":'],
  ['a list', '["version"]'],
  ['comments', '{/* */"version":"1.0.0"}'],
  ['no version', '{"name":"a"}'],
  ['a version that is no string', '{"version":1}'],
  ['nothing', ''],
])('cannot be edited: %s', (_what, text) => {
  expect(editManifest(text, to2)).toBeUndefined()
})

test('leniently, comments and trailing commas stay and what is not there is passed over', () => {
  const edits = [
    { path: ['workspaces', 'a', 'version'], value: '2.0.0' },
    { path: ['workspaces', 'b', 'version'], value: '2.0.0' },
  ]
  expect(editJsonStrings('{ // bun\n "workspaces": {"a": {"version": "1.0.0",},},}', edits, true)).toBe(
    '{ // bun\n "workspaces": {"a": {"version": "2.0.0",},},}',
  )
})
