/**
 * Runs a build, through turbo or the workspace's package manager, and hands its output on line by line, cleaned of
 * credentials. Nothing has left the machine yet when it fails.
 */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Package, PackageName, Problem, Workspace } from '@topsail/core'
import { runProgram, type Program } from '../../adapters/program.ts'
import type { Files } from '../../ports.ts'
import type { Environment } from '../npmrc.ts'
import { packageManager } from '../pack/scripts.ts'
import type { Redact } from '../secrets.ts'
import { namesIn, usesPlugAndPlay, type BuildPlan } from './plan-build.ts'

export type BuildEvent =
  | { readonly kind: 'build-started'; readonly build: BuildPlan }
  /** Cleaned of credentials, not of control characters. */
  | { readonly kind: 'build-output'; readonly line: string }
  | { readonly kind: 'build-ended'; readonly build: BuildPlan; readonly problem: Problem | undefined }

export type BuildRun = {
  readonly build: BuildPlan | undefined
  readonly files: Files
  readonly workspace: Workspace
  /** Over the environment of this process: turbo finds its remote cache in it. */
  readonly env: Environment
  readonly redact: Redact
  readonly onEvent: (event: BuildEvent) => void
}

/** What failed, or nothing. */
export async function runBuild({ build, ...run }: BuildRun): Promise<Problem | undefined> {
  if (build === undefined) return undefined
  run.onEvent({ kind: 'build-started', build })
  const problem = await startBuild({ build, ...run })
  run.onEvent({ kind: 'build-ended', build, problem })
  return problem
}

type StartedBuild = BuildRun & { readonly build: BuildPlan }

async function startBuild(run: StartedBuild): Promise<Problem | undefined> {
  const { build, files, workspace } = run
  switch (build.by) {
    case 'turbo':
      return start(run, turboProgram(run))
    case 'root':
      return start(run, scriptProgram(files.root, build.script, run))
    case 'packages':
      return buildAlongDependencies(run, buildOrder(workspace, build.scripted))
  }
}

type BuildProgram = Pick<Program, 'file' | 'args' | 'cwd'> & { readonly name?: PackageName }

function turboProgram({ build, files, workspace }: StartedBuild): BuildProgram {
  const [file, ...before] = usesPlugAndPlay(files) ? [...packageManager('yarn', files.root), 'run', 'turbo'] : ['turbo']
  const dirOf = new Map(workspace.packages.map((pkg) => [pkg.name, pkg.dir]))
  const filters = build.names.map((name) => `--filter=${isPlain(name) ? name : `{./${dirOf.get(name) ?? '.'}}`}`)
  // A command line has its limits; without a filter everything is built.
  const chosen = filters.reduce((sum, filter) => sum + filter.length, 0) > longestFilters ? [] : filters
  return { file, args: [...before, 'run', build.script, ...chosen], cwd: files.root }
}

const longestFilters = 24_000

/** A filter of turbo is a small language: dots, stars and brackets mean something in it. */
function isPlain(name: PackageName): boolean {
  return /^(@[\w-][\w.-]*\/)?[\w-][\w.-]*$/.test(name) && !name.includes('...')
}

function scriptProgram(
  cwd: string,
  script: string,
  { files, workspace }: StartedBuild,
  name?: PackageName,
): BuildProgram {
  const [file, ...before] = packageManager(workspace.tool, files.root)
  return { file, args: [...before, 'run', script], cwd, ...(name === undefined ? {} : { name }) }
}

/** Each package with those that are built before it; a circle is cut where it closes. */
function buildOrder(workspace: Workspace, scripted: readonly PackageName[]): ReadonlyMap<Package, readonly Package[]> {
  const members = new Map(workspace.packages.map((pkg) => [pkg.name, pkg]))
  const order = new Map<Package, readonly Package[]>()
  const seen = new Set<Package>()
  const visit = (pkg: Package): void => {
    if (seen.has(pkg)) return
    seen.add(pkg)
    const needs = namesIn(pkg).flatMap((name) => members.get(name) ?? [])
    for (const need of needs) visit(need)
    order.set(
      pkg,
      needs.filter((need) => order.has(need)),
    )
  }
  for (const name of scripted) {
    const pkg = members.get(name)
    if (pkg !== undefined) visit(pkg)
  }
  return order
}

async function buildAlongDependencies(
  run: StartedBuild,
  order: ReadonlyMap<Package, readonly Package[]>,
): Promise<Problem | undefined> {
  const { build, files } = run
  const scripted = new Set(build.scripted)
  const inTurn = limited(availableParallelism())
  const built = new Map<Package, Promise<void>>()
  let failure: Problem | undefined
  for (const [pkg, needs] of order) {
    const before = Promise.all(needs.map((need) => built.get(need)))
    const buildIt = async (): Promise<void> => {
      if (failure !== undefined) return
      failure ??= await start(run, scriptProgram(join(files.root, pkg.dir), build.script, run, pkg.name))
    }
    built.set(
      pkg,
      before.then(() => (scripted.has(pkg.name) ? inTurn(buildIt) : undefined)),
    )
  }
  await Promise.all(built.values())
  return failure
}

/** So many at a time. */
function limited(most: number): (task: () => Promise<void>) => Promise<void> {
  let free = most
  const waiting: (() => void)[] = []
  return async (task) => {
    if (free === 0) await new Promise<void>((go) => waiting.push(go))
    else free -= 1
    try {
      await task()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next()
    }
  }
}

const longestDetail = 2000
const longestCommand = 200

async function start(run: StartedBuild, { name, ...program }: BuildProgram): Promise<Problem | undefined> {
  const { build, redact, onEvent } = run
  const prefix = name === undefined ? '' : `${name}: `
  const answer = await runProgram({
    ...program,
    env: Object.fromEntries(
      Object.entries(run.env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    ),
    isLocal: true,
    isUnbounded: true,
    onLine: (line) => onEvent({ kind: 'build-output', line: redact(`${prefix}${line}`) }),
  })
  if (answer.kind === 'done') return undefined
  const whole = [program.file, ...program.args].join(' ')
  const command = whole.length > longestCommand ? `${whole.slice(0, longestCommand)}…` : whole
  const detail = answer.kind === 'missing' ? `${program.file} is not installed` : answer.output.slice(-longestDetail)
  return { code: 'BUILD_FAILED', severity: 'error', name, script: build.script, command, detail: redact(detail) }
}
