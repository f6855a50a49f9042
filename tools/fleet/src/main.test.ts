import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runFleet } from './command.ts'

const main = join(import.meta.dirname, 'main.ts')

function fleet(...args: readonly string[]) {
  return spawnSync(process.execPath, [main, ...args], { encoding: 'utf8' })
}

test.each([
  [['5', 'x', '--sead', '2'], '--sead'],
  [['5', 'x', '--seed'], '--seed'],
  [['5', 'x', '--seed', 'two'], '"two"'],
  [['5', 'x', '--merges=3'], '--merges'],
  [['huge', 'x'], '"huge"'],
  [['0', 'x'], '"0"'],
  [['5', 'x', 'y'], '"y"'],
  [['5'], 'folder'],
  [[], 'size'],
])('%j is wrong usage, with what is wrong and what is right', (args, word) => {
  const { code, text } = runFleet(args)
  expect(code).toBe(2)
  expect(text).toContain(word)
  expect(text).toContain('usage: ')
})

test('the process says so on standard error, without a stack trace', () => {
  const { status, stdout, stderr } = fleet('5', 'x', '--sead', '2')
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain('--sead')
  expect(stderr).toContain('usage: ')
  expect(stderr).not.toMatch(/^\s+at /m)
})

test('a folder that is not empty is left alone', () => {
  const dir = mkdtempSync(join(tmpdir(), 'topsail-fleet-'))
  writeFileSync(join(dir, 'mine'), '')
  expect(fleet('5', dir)).toMatchObject({ status: 1, stderr: `${dir} is not empty\n` })
  expect(fleet('5', join(dir, 'mine'))).toMatchObject({ status: 1, stderr: `${join(dir, 'mine')} is not a folder\n` })
  rmSync(dir, { recursive: true })
})
