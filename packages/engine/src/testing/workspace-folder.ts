/**
 * A folder of files for a test, without git.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export type WorkspaceFolder = {
  readonly root: string
  write(files: Readonly<Record<string, string | object>>): void
  close(): void
}

/** Objects are written as JSON. */
export function createFolder(files: Readonly<Record<string, string | object>>): WorkspaceFolder {
  const root = realpathSync.native(mkdtempSync(join(tmpdir(), 'topsail-folder-')))
  const write: WorkspaceFolder['write'] = (more) => {
    for (const [path, content] of Object.entries(more)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`)
    }
  }
  write(files)
  return { root, write, close: () => rmSync(root, { recursive: true, force: true, maxRetries: 3 }) }
}
