/**
 * `pnpm simulate [--packages 10000] [--seeds 1,2,3]`: how long a release of very many packages takes on the public
 * registry, on paper. Every assumption is printed with the hours that follow from it.
 */
import { columns } from '../report.ts'
import { median } from '../statistics.ts'
import { randomNumbers } from '@topsail/engine/testing'
import { toolArguments } from '@topsail/engine/testing/tool-arguments'
import { layeredGraph } from './graph.ts'
import { simulate, type RegistryModel, type Scheduling, type Simulated } from './run.ts'

const options = {
  packages: { type: 'string', default: '10000' },
  seeds: { type: 'string', default: '1,2,3' },
} as const
const usage = 'usage: pnpm simulate [--packages 10000] [--seeds 1,2,3]'
const { values } = toolArguments(usage, { options })
const packages = Number(values.packages)
const seeds = values.seeds.split(',').map(Number)

const budgets = [
  { name: 'no limit', budget: undefined },
  { name: '60 uploads a minute', budget: { uploads: 60, within: 60 } },
  { name: '500 in 90 minutes', budget: { uploads: 500, within: 90 * 60 } },
] as const
const schedulings: readonly Scheduling[] = ['layer after layer', 'as soon as its own dependencies are served']

if (!Number.isInteger(packages) || packages < 1 || seeds.some((seed) => !Number.isInteger(seed))) {
  console.error(usage)
  process.exitCode = 2
} else {
  console.log(assumptions())
  const rows = [8, 24].flatMap((layers) => budgets.map((entry) => rowFor(layers, entry)))
  const head = [
    'layers',
    'rate limit',
    'layer after layer',
    'Topsail',
    'faster',
    'looks a second',
    'without an upload',
    'refused',
  ]
  console.log(columns([head, ...rows]).join('\n'))
}

function rowFor(layers: number, { name, budget }: (typeof budgets)[number]): readonly string[] {
  const [barriers = [], own = []] = schedulings.map((scheduling) =>
    seeds.map((seed) => {
      const random = randomNumbers(seed)
      const units = layeredGraph(packages, layers, random)
      return simulate(
        units,
        scheduling,
        publicRegistry(
          random,
          units.map((unit) => unit.name),
          budget,
        ),
      )
    }),
  )
  const of = (runs: readonly Simulated[], what: (run: Simulated) => number): number => median(runs.map(what)) ?? 0
  const [slow, fast] = [of(barriers, ({ seconds }) => seconds), of(own, ({ seconds }) => seconds)]
  return [
    String(layers),
    name,
    hours(slow),
    hours(fast),
    `${(slow / fast).toFixed(2)} times`,
    of(own, (run) => run.looks / run.seconds).toFixed(0),
    `${((100 * of(own, (run) => run.idle)) / fast).toFixed(0)} %`,
    String(of(own, (run) => run.refusals)),
  ]
}

/** Drawn for every package before the first step, so that both schedules meet the same registry. */
function publicRegistry(
  random: () => number,
  names: readonly string[],
  budget: RegistryModel['budget'],
): RegistryModel {
  const uploads = new Map(names.map((name) => [name, 1 + 3 * random()]))
  const visibilities = new Map(names.map((name) => [name, 60 * 3 * 7 ** random()]))
  return {
    upload: (name) => uploads.get(name) ?? 0,
    visibility: (name) => visibilities.get(name) ?? 0,
    poll: 5,
    atOnce: 16,
    budget,
  }
}

function hours(seconds: number): string {
  return `${Math.floor(seconds / 3600)} h ${String(Math.round((seconds % 3600) / 60)).padStart(2, '0')} min`
}

function assumptions(): string {
  return [
    `${packages.toLocaleString('en')} packages, all new; the median of the seeds ${seeds.join(', ')}. What is assumed:`,
    '  - a version is served 3 to 21 minutes after it was accepted, logarithmically even (minutes seen by users: 3-21)',
    '  - an upload takes 1 to 4 seconds, 16 at a time; everything is packed before, and nothing fails',
    '  - a version that is not served yet is looked at every 5 seconds, and nobody limits that',
    '  - the limits: none; 60 uploads a minute; and the 500 in 90 minutes that fontsource met before npm lifted it',
    '  - past a limit the registry answers 429 and says in Retry-After when it takes the next one; what both do then is the',
    '    rate budget of @topsail/core: everybody waits, and half as much is sent at once, which grows again with every answer',
    '  - 4 dependencies a package at most, one in the layer right below, a few libraries used by very many',
    '  - both wait until dependencies are served; a layer is what depends on nothing but the layers below',
    'The schedule is the one of @topsail/core that publishing uses; only time and registry are on paper.',
    '',
  ].join('\n')
}
