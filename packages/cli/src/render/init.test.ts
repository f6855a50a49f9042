import { expect, onTestFinished, test } from 'vitest'
import { makeWorkspace, manifest } from '../testing/workspace.ts'

test('a script is told what takes its place', async () => {
  const scripts = {
    changeset: 'bunx changeset',
    check: 'changeset status --since=main',
    bump: 'changeset version && bun install',
    ship: 'turbo build && changeset publish',
    all: 'lerna publish --yes',
    next: 'changeset pre enter next',
  }
  const shop = makeWorkspace({ 'package.json': manifest('shop', '1.0.0', { scripts }) })
  onTestFinished(shop.remove)
  const { stdout } = await shop.topsail('init', '--dry-run')
  const told = [...stdout.matchAll(/The script "(\w+)" runs .*; (.*) its place\./g)].map(([, name, by]) => [name, by])
  expect(Object.fromEntries(told)).toEqual({
    changeset: 'topsail add takes',
    check: 'topsail check takes',
    bump: 'topsail version takes',
    ship: 'topsail publish takes',
    all: 'topsail version and topsail publish take',
    next: 'topsail pre takes',
  })
})
