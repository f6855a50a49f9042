/**
 * The remote of a test over HTTP: bare repositories below one folder, served by `git http-backend` itself. Reading is
 * free, pushing needs a password that `mayPush` accepts.
 */
import { spawn } from 'node:child_process'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gitEnvironment } from './repository.ts'

export type GitHttpOptions = {
  /** The folder of the repositories; addresses are relative to it. */
  readonly root: string
  /** Given the password of basic authentication (a token) and the address of the repository without `.git`. */
  readonly mayPush: (password: string, repository: string) => boolean
}

/** Answers when git has ended; true when something may have been pushed. */
export function serveGit(asked: IncomingMessage, answer: ServerResponse, options: GitHttpOptions): Promise<boolean> {
  const [path = '/', query = ''] = (asked.url ?? '/').split('?')
  const isPush = path.endsWith('/git-receive-pack') || query === 'service=git-receive-pack'
  const password = passwordIn(asked)
  const repository = path.replace(/^\//, '').replace(/\.git\/.*$/, '')
  if (isPush && (password === undefined || !options.mayPush(password, repository))) {
    asked.resume()
    answer.writeHead(password === undefined ? 401 : 403, { 'www-authenticate': 'Basic realm="git"' }).end()
    return Promise.resolve(false)
  }
  return runBackend(asked, answer, { path, query, root: options.root, user: password === undefined ? '' : 'pusher' })
}

function passwordIn({ headers }: IncomingMessage): string | undefined {
  const [scheme, value] = (headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic' || value === undefined) return undefined
  return Buffer.from(value, 'base64')
    .toString()
    .replace(/^[^:]*:/, '')
}

type Cgi = { readonly path: string; readonly query: string; readonly root: string; readonly user: string }

function runBackend(asked: IncomingMessage, answer: ServerResponse, cgi: Cgi): Promise<boolean> {
  const child = spawn('git', ['-c', 'safe.directory=*', 'http-backend'], {
    env: {
      ...process.env,
      ...gitEnvironment,
      GIT_PROJECT_ROOT: cgi.root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(cgi.path),
      QUERY_STRING: cgi.query,
      REQUEST_METHOD: asked.method ?? 'GET',
      CONTENT_TYPE: asked.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: asked.headers['content-encoding'] ?? '',
      HTTP_GIT_PROTOCOL: String(asked.headers['git-protocol'] ?? ''),
      REMOTE_USER: cgi.user,
      REMOTE_ADDR: '127.0.0.1',
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  asked.pipe(child.stdin)
  child.stdin.on('error', () => {})
  let head: Buffer | undefined = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === undefined) {
      answer.write(chunk)
      return
    }
    head = Buffer.concat([head, chunk])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    writeHead(answer, head.subarray(0, end).toString())
    answer.write(head.subarray(end + 4))
    head = undefined
  })
  return new Promise((resolve) => {
    child.on('close', () => {
      resolve(cgi.path.endsWith('/git-receive-pack'))
    })
  })
}

function writeHead(answer: ServerResponse, text: string): void {
  let status = 200
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':')
    const [name, value] = [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    if (name === 'status') status = Number(value.split(' ', 1)[0])
    else answer.setHeader(name, value)
  }
  answer.writeHead(status)
}
