/**
 * A PostgreSQL of a test's own, in a temporary folder and reached through a socket there. PostgreSQL refuses to run as
 * root, so root runs it as the user that its Debian package makes.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { chmod, chown, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where the server's programs are; undefined when it is not installed. */
export const postgresPrograms: string | undefined = [
  ...globSync('/usr/lib/postgresql/*/bin'),
  ...(process.env['PATH'] ?? '').split(delimiter),
].find((folder) => ['initdb', 'postgres', 'psql'].every((program) => existsSync(join(folder, program))))

export type PostgresServer = {
  /** A new, empty database. */
  database(): Promise<string>
  close(): Promise<void>
}

export async function startPostgres(): Promise<PostgresServer> {
  const programs = postgresPrograms ?? ''
  const account = process.getuid?.() === 0 ? postgresAccount() : {}
  const folder = await mkdtemp(join(tmpdir(), 'topsail-postgres-'))
  const data = join(folder, 'data')
  await mkdir(data)
  if (account.uid !== undefined && account.gid !== undefined) {
    for (const path of [folder, data]) await chown(path, account.uid, account.gid)
  }
  await chmod(folder, 0o700)
  const options = { ...account, cwd: folder }
  await run(join(programs, 'initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '-N'], options)
  const settings = ['fsync=off', 'listen_addresses=', `unix_socket_directories=${folder}`, 'max_connections=60']
  const args = ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]
  const server = spawn(join(programs, 'postgres'), args, { ...options, stdio: 'ignore' })
  const ended = once(server, 'exit')
  const psql = (sql: string): Promise<unknown> =>
    run(join(programs, 'psql'), ['-h', folder, '-U', 'postgres', '-qc', sql], { cwd: folder })
  await untilAnswers(() => psql('SELECT 1'))
  let databases = 0
  return {
    async database() {
      const name = `test_${++databases}`
      await psql(`CREATE DATABASE ${name}`)
      return `postgres://postgres@localhost/${name}?host=${encodeURIComponent(folder)}`
    },
    async close() {
      server.kill('SIGINT')
      await ended
      await rm(folder, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}

function postgresAccount(): { uid?: number; gid?: number } {
  const [, , uid, gid] = /^postgres:.*$/m.exec(readFileSync('/etc/passwd', 'utf8'))?.[0].split(':') ?? []
  return uid === undefined || gid === undefined ? {} : { uid: Number(uid), gid: Number(gid) }
}

async function untilAnswers(ask: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await ask()
      return
    } catch (error) {
      if (attempt === 100) throw error
      await new Promise((done) => setTimeout(done, 100))
    }
  }
}
