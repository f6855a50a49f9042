/**
 * The user's own editor, for texts of more than a line. It is started without a shell: `$VISUAL` and `$EDITOR` are a
 * program and its arguments separated by spaces, as git users write them.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Editor = { readonly program: string; readonly args: readonly string[] }

export function editorOf(env: Readonly<Record<string, string | undefined>>): Editor | undefined {
  const [program, ...args] = (env['VISUAL'] || env['EDITOR'] || '').split(/\s+/).filter(Boolean)
  return program === undefined ? undefined : { program, args }
}

/** The text that was saved, comments taken out; undefined when the editor failed. */
export async function editText({ program, args }: Editor, hint: readonly string[]): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-edit-'))
  try {
    const file = join(folder, 'CHANGESET.md')
    await writeFile(file, `\n${hint.map((line) => `<!-- ${line} -->\n`).join('')}`)
    const code = await new Promise<number>((resolve) => {
      const child = spawn(program, [...args, file], { stdio: 'inherit' })
      child.on('error', () => resolve(1))
      child.on('close', (status) => resolve(status ?? 1))
    })
    if (code !== 0) return undefined
    const saved = await readFile(file, 'utf8')
    const lines = saved.replaceAll('\r\n', '\n').split('\n')
    return lines
      .filter((line) => !line.startsWith('<!--'))
      .join('\n')
      .trim()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
