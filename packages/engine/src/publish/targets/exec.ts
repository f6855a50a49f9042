/**
 * Any other place as a target, by the user's own commands: one per verb, an argument array each, run without a shell in
 * the package's folder. The question goes in as JSON on standard input, the answer comes out as one JSON document on
 * standard output; docs/targets.md has the contract. What is not answered in that form is never taken for success.
 */
import { join } from 'node:path'
import type { ExecCommands, ExecVerb, PackageFacts } from '@topsail/core'
import { lastPart, runUserCommand } from '../../adapters/user-command.ts'
import type { Environment } from '../npmrc.ts'
import type { RegistryFailure } from '../registry-failure.ts'
import type { Redact } from '../secrets.ts'
import type {
  Artefact,
  ChannelAnswer,
  ChangeOutcome,
  Lookup,
  Packed,
  Released,
  Target,
  UploadOutcome,
} from './target.ts'

export type ExecOptions = {
  /** The workspace root, absolute. */
  readonly root: string
  readonly commands: ExecCommands
  /** Seconds a command may take. */
  readonly timeout: number
  /** Where artefacts may be written. */
  readonly out: string
  readonly env: Environment
  readonly redact: Redact
  /** Packs what no `pack` command packs: the package as a tarball. */
  packTarball(released: Released): Promise<Packed>
}

export function execTarget(options: ExecOptions): Target {
  const { commands } = options
  const ask = asker(options)
  const lookup = async (released: Released, verb: 'exists' | 'confirm' = 'exists'): Promise<Lookup> => {
    const answer = await ask(verb, released, {})
    if (answer.kind === 'failed') return unreachable(answer.failure)
    const { status, integrity } = answer.reply
    if (status === 'absent') return { kind: 'absent' }
    if (status === 'present') return { kind: 'present', integrity: textOf(integrity) }
    return unreachable(unexpected(verb, 'present or absent'))
  }
  const channel = async (released: Released, name: string): Promise<ChannelAnswer> => {
    if (commands.channel === undefined) return { kind: 'known', value: undefined }
    const answer = await ask('channel', released, { channel: name })
    if (answer.kind === 'failed') return unreachable(answer.failure)
    return { kind: 'known', value: textOf(answer.reply['value']) }
  }
  const change = async (verb: ExecVerb, released: Released, more: Question): Promise<ChangeOutcome> => {
    const answer = await ask(verb, released, more)
    if (answer.kind === 'failed') return answer.failure
    return answer.reply.status === 'done' ? { kind: 'done' } : unexpected(verb, 'done')
  }
  return {
    lookup,
    confirm: (released) => lookup(released, commands.confirm === undefined ? 'exists' : 'confirm'),
    channel,
    async facts(released): Promise<PackageFacts> {
      const [there, latest] = await Promise.all([lookup(released), channel(released, 'latest')])
      if (there.kind === 'unreachable') return there
      if (latest.kind === 'unreachable') return latest
      const versions = there.kind === 'present' ? [[released.version, there.integrity] as const] : []
      const distTags = latest.value === undefined ? [] : [['latest', latest.value] as const]
      return { kind: 'known', versions: new Map(versions), distTags: new Map(distTags) }
    },
    pack: (released) => (commands.pack === undefined ? options.packTarball(released) : pack(released, ask, options)),
    async upload(released, artefact, name): Promise<UploadOutcome> {
      const answer = await ask('upload', released, { ...artefact, channel: name })
      if (answer.kind === 'failed') return answer.failure
      if (answer.reply.status === 'taken')
        return { kind: 'taken', detail: textOf(answer.reply['detail']) ?? 'it is there already', certain: true }
      return answer.reply.status === 'done' ? { kind: 'stored' } : unexpected('upload', 'done or taken')
    },
    async promote(released, name, value) {
      if (commands.promote === undefined) return { kind: 'done' }
      return change('promote', released, { channel: name, value: value ?? null })
    },
    async retract(released, note, how) {
      if (commands.retract === undefined) return { kind: 'refused', detail: 'no retract command is configured' }
      return change('retract', released, { note, how })
    },
  }
}

type Question = Readonly<Record<string, string | null>>

type Reply = { readonly status?: unknown; readonly [key: string]: unknown }

type ExecAnswer =
  | { readonly kind: 'answered'; readonly reply: Reply }
  | { readonly kind: 'failed'; readonly failure: RegistryFailure }

type Ask = (verb: ExecVerb, released: Released, question: Question) => Promise<ExecAnswer>

/** sysexits.h: try again later, and not allowed. */
const tryAgain = 75
const notAllowed = 77

function asker(options: ExecOptions): Ask {
  const { commands, root, out, env, redact, timeout } = options
  return async (verb, { name, version, dir }, question) => {
    const argv = commands[verb] ?? []
    const facts = { name, version, dir: join(root, dir), out, ...question }
    const values = Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, value ?? '']))
    const input = JSON.stringify({ schema: 'topsail/exec-target@1', verb, ...facts })
    const run = await runUserCommand({ argv, values, cwd: join(root, dir), env, input, timeout, redact })
    if (run.kind === 'broken') {
      return { kind: 'failed', failure: run.missing ? refused(run.detail) : unknown(redact(run.detail)) }
    }
    if (run.code !== 0) {
      const detail = `${verb} ended with ${run.code}${run.stderr === '' ? '' : `: ${run.stderr}`}`
      if (run.code === tryAgain) return { kind: 'failed', failure: unknown(detail) }
      if (run.code === notAllowed)
        return { kind: 'failed', failure: { kind: 'unauthorised', detail, oneTimePassword: false } }
      return { kind: 'failed', failure: refused(detail) }
    }
    const reply = replyIn(run.stdout)
    if (reply !== undefined) return { kind: 'answered', reply }
    return { kind: 'failed', failure: refused(`${verb} printed no JSON answer: ${redact(lastPart(run.stdout))}`) }
  }
}

async function pack(released: Released, ask: Ask, { out }: ExecOptions): Promise<Packed> {
  const answer = await ask('pack', released, {})
  const failed = (detail: string): Packed => ({
    kind: 'failed',
    problem: { code: 'PACK_FAILED', severity: 'error', name: released.name, detail },
  })
  if (answer.kind === 'failed') return failed(answer.failure.detail)
  const integrity = textOf(answer.reply['integrity'])
  if (integrity === undefined) return failed('pack answered no integrity')
  const artefact: Artefact = { integrity, file: textOf(answer.reply['file']) ?? out }
  return { kind: 'packed', artefact }
}

function replyIn(stdout: string): Reply | undefined {
  try {
    const value: unknown = JSON.parse(stdout)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Reply) : undefined
  } catch {
    return undefined
  }
}

/** Of an answer that reaches the journal and the screen: one line, not a page. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 1000 ? value : undefined
}

function unexpected(verb: ExecVerb, wanted: string): RegistryFailure {
  return refused(`${verb} answered something else than ${wanted}`)
}

function refused(detail: string): RegistryFailure {
  return { kind: 'refused', detail }
}

function unknown(detail: string): RegistryFailure {
  return { kind: 'unknown', detail, retryAfter: undefined }
}

function unreachable({ detail }: RegistryFailure): Extract<Lookup, { kind: 'unreachable' }> {
  return { kind: 'unreachable', detail, retryAfter: undefined }
}
