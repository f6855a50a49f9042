/**
 * A place that things are released to by commands: a folder with a file a version and a file a channel, and one small
 * program that answers every verb of an `exec` target.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ExecCommands } from '@topsail/core'

export type ExecShelf = {
  readonly commands: ExecCommands
  /** After this every command fails in passing. */
  breakDown(): Promise<void>
}

export async function execShelf(folder: string): Promise<ExecShelf> {
  await mkdir(folder, { recursive: true })
  const program = join(folder, 'shelf.mjs')
  await writeFile(program, source)
  const command = (verb: string, ...more: readonly string[]): readonly string[] => [
    process.execPath,
    program,
    folder,
    verb,
    '{name}',
    '{version}',
    ...more,
  ]
  return {
    commands: {
      exists: command('exists'),
      pack: command('pack'),
      upload: command('upload', '{integrity}'),
      confirm: command('confirm'),
      channel: command('channel', '{channel}'),
      promote: command('promote', '{channel}', '{value}'),
      retract: command('retract'),
    },
    breakDown: () => writeFile(program, 'process.exit(75)'),
  }
}

const source = `
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder, verb, name, version, third, fourth] = process.argv.slice(2)
const question = JSON.parse(readFileSync(0, 'utf8'))
if (question.verb !== verb || question.name !== name || question.version !== version) process.exit(64)
const fileOf = (...parts) => join(folder, encodeURIComponent(parts.join(' ')))
const item = fileOf(name, version)
const answer = (value) => process.stdout.write(JSON.stringify(value))
const there = existsSync(item) ? readFileSync(item, 'utf8') : undefined

if (verb === 'exists' || verb === 'confirm') answer(there ? { status: 'present', integrity: there } : { status: 'absent' })
if (verb === 'pack') {
  const content = readFileSync(join(question.dir, 'content'))
  answer({ integrity: 'sha256-' + createHash('sha256').update(content).digest('base64'), file: join(question.dir, 'content') })
}
if (verb === 'upload') {
  if (there !== undefined && there !== third) answer({ status: 'taken', detail: 'it has other content' })
  else {
    writeFileSync(item, third)
    answer({ status: 'done' })
  }
}
if (verb === 'channel') {
  const channel = fileOf(name, '#' + third)
  answer({ value: existsSync(channel) ? readFileSync(channel, 'utf8') : null })
}
if (verb === 'promote') {
  if (fourth === '') rmSync(fileOf(name, '#' + third), { force: true })
  else if (!existsSync(fileOf(name, fourth))) {
    console.error('there is no ' + fourth)
    process.exit(1)
  } else writeFileSync(fileOf(name, '#' + third), fourth)
  answer({ status: 'done' })
}
if (verb === 'retract') answer({ status: 'done' })
`
