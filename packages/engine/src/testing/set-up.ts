/**
 * Folders that another release tool was set up in, and what `topsail init` makes of them.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Settings } from '@topsail/core'
import { expect, onTestFinished } from 'vitest'
import type { InitResult } from '../author/init.ts'
import { readSnapshot } from '../read/read-snapshot.ts'

/** Removed when the test ends. */
export async function folderOf(files: Readonly<Record<string, string | object>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'topsail-init-'))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return root
}

export function jsonIn(result: InitResult, path: string): unknown {
  return JSON.parse(result.files.find((file) => file.path === path)?.text ?? 'null')
}

/** What the reader makes of the written configuration; it must find nothing wrong with it. */
export async function settingsOf(root: string): Promise<Settings> {
  const { settings, problems } = await readSnapshot({ cwd: root, now: '2026-01-01T00:00:00Z' })
  const codes = problems.map(({ code }) => code)
  expect(codes.filter((code) => code.startsWith('CONFIG'))).toEqual([])
  return settings
}

/** By the key of the setting. */
export function leftBehind(result: InitResult): Record<string, string> {
  return Object.fromEntries(
    result.notes.flatMap((note) => (note.kind === 'left-behind' ? [[note.from.key, note.because]] : [])),
  )
}
