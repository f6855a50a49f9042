/**
 * `pnpm faults [--tools topsail,pnpm,changesets,lerna,nx] [--phases look,upload,confirm,promote] [--only TEXT]`: what a
 * release comes to when the registry does each thing wrong at each phase, and what the next run makes of it. Ends with
 * 1 when Topsail is not right everywhere.
 */
import { faultProxy, startRegistry, type FaultProxy, type TestRegistry } from '@topsail/engine/testing'
import { toolArguments } from '@topsail/engine/testing/tool-arguments'
import { publishingPeers } from '../publish/contenders.ts'
import { faultCases, phases, type FaultCase } from './cases.ts'
import { setStage, strike, type Ended } from './stage.ts'
import { toolNamed, type Tool, type ToolName } from './tools.ts'

const toolNames = ['topsail', ...publishingPeers] as const
const usage = `usage: pnpm faults [--tools ${toolNames.join(',')}] [--phases ${phases.join(',')}] [--only TEXT]`
const limitSeconds = 90
let stages = 0

process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  const { values } = toolArguments(usage, {
    args: [...argv],
    options: {
      tools: { type: 'string', default: toolNames.join(',') },
      phases: { type: 'string', default: phases.join(',') },
      only: { type: 'string', default: '' },
    },
  })
  const asked = toolNames.filter((name) => values.tools.split(',').includes(name))
  const askedPhases = phases.filter((phase) => values.phases.split(',').includes(phase))
  if (asked.length !== values.tools.split(',').length || askedPhases.length !== values.phases.split(',').length) {
    console.error(usage)
    return 2
  }
  const registry = await startRegistry()
  const proxy = await faultProxy(registry.url)
  const world = { registry, proxy }
  let isRight = true
  try {
    for (const name of asked) {
      const results = await runTool(
        name,
        (scope) => faultCases(scope, askedPhases).filter(({ fault }) => fault.includes(values.only)),
        world,
      )
      if (name === 'topsail') isRight = results.every(({ right }) => right)
    }
  } finally {
    await proxy.close()
    await registry.close()
  }
  return isRight ? 0 : 1
}

type World = { readonly registry: TestRegistry; readonly proxy: FaultProxy }
type Result = { readonly right: boolean }

async function runTool(
  name: ToolName,
  casesFor: (struck: string) => readonly FaultCase[],
  world: World,
): Promise<readonly Result[]> {
  const tool = toolNamed(name)
  console.log(`\n${tool.title}`)
  const results: Result[] = []
  const count = casesFor('').length
  for (let at = 0; at < count; at += 1) {
    const result = await runCase(tool, (struck) => casesFor(struck)[at], world)
    if (result !== undefined) results.push(result)
  }
  const right = results.filter((result) => result.right).length
  console.log(`${tool.title}: ${right} of ${results.length} right`)
  return results
}

async function runCase(
  tool: Tool,
  caseFor: (struck: string) => FaultCase | undefined,
  { registry, proxy }: World,
): Promise<Result | undefined> {
  stages += 1
  proxy.clear()
  const scope = `@faults${stages}`
  const stage = await setStage({ tool, before: toolNamed('topsail'), scope, registry, proxy, limitSeconds })
  const each = caseFor(stage.struck)
  // Peers neither ask again nor promote: the phase does not exist for them.
  if (each === undefined || (tool.name !== 'topsail' && (each.phase === 'confirm' || each.phase === 'promote'))) {
    await stage.close()
    return undefined
  }
  strike(proxy, each.rules)
  const first = await stage.publish()
  proxy.clear()
  const second = await stage.publish()
  await stage.close()
  const right = isRight(tool, each, first, second)
  const line = [each.phase.padEnd(8), each.fault.padEnd(29), textOf(first).padEnd(46), `then ${textOf(second)}`]
  console.log(`  ${right ? ' ' : '!'} ${line.join('  ')}`)
  return { right }
}

/** Whole with exit code 0; or not whole, which the exit code says, nothing broken meanwhile, and whole with the next. */
function isRight(tool: Tool, { expected }: FaultCase, first: Ended, second: Ended): boolean {
  const endsWhole = (ended: Ended): boolean => ended.code === 0 && isWhole(tool, ended)
  const saidSo = first.code !== 0 && first.code !== 'too long' && first.state.sound
  // Whoever gets through in spite of it is as right as whoever stops.
  return endsWhole(second) && (endsWhole(first) || (expected === 'stops' && saidSo))
}

/** Tags count for whoever makes them. */
function isWhole({ name }: Tool, { state }: Ended): boolean {
  const isTagged = state.tags === 4 || !['topsail', 'changesets'].includes(name)
  return state.live === 4 && isTagged && state.sound && state.tidy
}

function textOf({ code, state, seconds }: Ended): string {
  const exit = code === 'too long' ? `ended by us after ${limitSeconds} s` : `exit ${code} in ${seconds.toFixed(0)} s`
  return `${exit}, ${state.live}/4 live, ${state.tags}/4 tags${state.sound ? '' : ', BROKEN'}${state.tidy ? '' : ', candidates'}`
}
