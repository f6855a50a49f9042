/**
 * Brings a container image into a folder as an OCI layout, so that it can be pushed byte for byte: by the user's own
 * builder command, from a Dockerfile with docker, podman or buildah, or from a layout that the package's build has left.
 */
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageSource, Problem } from '@topsail/core'
import { lastPart, runUserCommand, type CommandAnswer } from '../../adapters/user-command.ts'
import { staysInside } from '../../ports.ts'
import type { Environment } from '../npmrc.ts'
import type { Redact } from '../secrets.ts'
import type { Released } from './target.ts'

export type ImageBuilder = {
  /** The workspace root, absolute. */
  readonly root: string
  /** Where the tarballs of packages lie that are packed before. */
  readonly out: string
  readonly env: Environment
  readonly redact: Redact
}

export type BuildOutcome =
  | { readonly kind: 'built'; readonly folder: string }
  | { readonly kind: 'failed'; readonly problem: Problem }

/** `out` is made anew. */
export async function buildImage(
  source: Exclude<ImageSource, { kind: 'registry' }>,
  released: Released,
  out: string,
  builder: ImageBuilder,
): Promise<BuildOutcome> {
  await rm(out, { recursive: true, force: true })
  await mkdir(out, { recursive: true })
  switch (source.kind) {
    case 'layout':
      return copyLayout(source.path, released, out, builder)
    case 'command':
      return ended(await run(source.argv, released, out, builder), source.argv[0] ?? '', released, out)
    case 'dockerfile':
      return buildDockerfile(source, released, out, builder)
  }
}

async function copyLayout(path: string, released: Released, out: string, builder: ImageBuilder): Promise<BuildOutcome> {
  if (!staysInside(path)) return failed(released, `its image layout "${path}" lies outside of the package`)
  try {
    await cp(join(builder.root, released.dir, path), out, { recursive: true, dereference: true })
    return { kind: 'built', folder: out }
  } catch (error) {
    return failed(released, `its image layout "${path}" cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
}

type DockerfileSource = Extract<ImageSource, { kind: 'dockerfile' }>

async function buildDockerfile(
  source: DockerfileSource,
  released: Released,
  out: string,
  builder: ImageBuilder,
): Promise<BuildOutcome> {
  for (const tool of source.tool === undefined ? imageTools : [source.tool]) {
    const isUsable = source.tool !== undefined || (await canBuild(tool, released, { out, builder }))
    const outcome = isUsable ? await buildWith(tool, source, released, { out, builder }) : 'missing'
    if (outcome !== 'missing') return outcome
  }
  return failed(released, `none of ${source.tool ?? imageTools.join(', ')} is installed`)
}

/** A docker that has no builder for OCI layouts is as good as none. */
async function canBuild(
  tool: (typeof imageTools)[number],
  released: Released,
  { out, builder }: { readonly out: string; readonly builder: ImageBuilder },
): Promise<boolean> {
  if (tool !== 'docker') return true
  const answer = await run(['docker', 'buildx', 'version'], released, out, builder)
  return answer.kind === 'ended' && answer.code === 0
}

const imageTools = ['docker', 'podman', 'buildah'] as const

/** Each command writes what the next one reads; the last one leaves the layout in `out`. */
async function buildWith(
  tool: (typeof imageTools)[number],
  source: DockerfileSource,
  released: Released,
  { out, builder }: { readonly out: string; readonly builder: ImageBuilder },
): Promise<BuildOutcome | 'missing'> {
  const name = `topsail-${released.name.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase()}-${process.pid}`
  const platforms = source.platforms ?? []
  const several = platforms.length > 1
  const args = (source.args ?? []).flatMap((arg) => ['--build-arg', arg])
  const build = [
    ...(platforms.length > 0 ? ['--platform', platforms.join(',')] : []),
    '--file',
    source.file,
    ...args,
  ].concat('--build-context', `tarballs=${builder.out}`)
  const context = source.context ?? '.'
  const commands: readonly (readonly string[])[] =
    tool === 'docker'
      ? [['docker', 'buildx', 'build', '--output', `type=oci,tar=false,dest=${out}`, ...build, context]]
      : [
          [tool, 'build', several ? '--manifest' : '--tag', name, ...build, context],
          several ? [tool, 'manifest', 'push', '--all', name, `oci:${out}`] : [tool, 'push', name, `oci:${out}`],
        ]
  let answer: CommandAnswer | undefined
  for (const argv of commands) {
    answer = await run(argv, released, out, builder)
    if (answer.kind === 'broken' && answer.missing) return 'missing'
    if (answer.kind === 'broken' || answer.code !== 0) break
  }
  if (tool !== 'docker')
    await run([tool, several ? 'manifest' : 'rmi', ...(several ? ['rm'] : []), name], released, out, builder)
  return answer === undefined ? failed(released, 'nothing was built') : ended(answer, tool, released, out)
}

function run(argv: readonly string[], released: Released, out: string, builder: ImageBuilder): Promise<CommandAnswer> {
  const { name, version, dir } = released
  const values = { name, version, dir: join(builder.root, dir), out, root: builder.root, tarballs: builder.out }
  const { env, redact } = builder
  return runUserCommand({ argv, values, cwd: join(builder.root, dir), env, redact, timeout: longestBuild })
}

/** Seconds. */
const longestBuild = 3600

function ended(answer: CommandAnswer, tool: string, released: Released, folder: string): BuildOutcome {
  if (answer.kind === 'broken') return failed(released, answer.detail)
  if (answer.code === 0) return { kind: 'built', folder }
  return failed(released, `${tool} ended with ${answer.code}: ${lastPart(answer.stderr)}`)
}

function failed({ name }: Released, detail: string): BuildOutcome {
  return { kind: 'failed', problem: { code: 'PACK_FAILED', severity: 'error', name, detail } }
}
