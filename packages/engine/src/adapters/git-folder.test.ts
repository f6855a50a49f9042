import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFolder, type WorkspaceFolder } from '../testing/workspace-folder.ts'
import { findGitFolder } from './git-folder.ts'

let folder: WorkspaceFolder
let inside: string
const open = (files: Readonly<Record<string, string>>): void => {
  folder = createFolder({ 'work/package.json': '{}', ...files })
  inside = join(folder.root, 'work')
}
beforeEach(() => open({}))
afterEach(() => folder.close())

test('the nearest on the way up counts, a folder or what a file names', () => {
  mkdirSync(join(folder.root, '.git'))
  expect(findGitFolder(inside)).toEqual({ worktree: folder.root, gitFolder: join(folder.root, '.git') })
  folder.close()
  open({ 'work/.git': 'gitdir: ../elsewhere/git\n' })
  expect(findGitFolder(inside)).toEqual({ worktree: inside, gitFolder: join(folder.root, 'elsewhere/git') })
})

test.each(['', 'nonsense', 'gitdir: a\0b', 'gitdir: '])('a file that says %j stands for a git folder', (text) => {
  folder.close()
  open({ 'work/.git': text })
  expect(findGitFolder(inside)).toEqual({ worktree: inside, gitFolder: undefined })
})

test.skipIf(process.platform === 'win32')('what git passes over is passed over', () => {
  symlinkSync('.git', join(inside, '.git'))
  execFileSync('mkfifo', [join(folder.root, '.git')])
  expect(findGitFolder(inside)).toBeUndefined()
})
