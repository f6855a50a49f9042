/**
 * The history of a generated monorepo, commit by commit: work on one to three packages, releases of what was touched
 * (versions, changelogs and tags `name@version`), and changesets that wait at the end. The last release of every
 * package lies at about two fifths of the history, save for a tenth that got a later one: some sixty per cent of the
 * commits are unreleased. Lazy, since the largest has 100,000 commits.
 */
import type { FleetCommit } from './repository.ts'
import { changelogEntry, changesetText, manifestText, rootFiles, sourceText } from './files.ts'
import type { Random } from './random.ts'
import type { FleetPackage, FleetSize } from './shape.ts'
import { drawAuthor, drawBump, drawChangesetId, drawMessage } from './words.ts'

type PackageState = { version: string; revision: number; changelog: string; unreleased: string[] }
type WorkCommit = FleetCommit & { readonly message: string }
type Story = {
  readonly packages: readonly [FleetPackage, ...FleetPackage[]]
  readonly states: ReadonlyMap<FleetPackage, PackageState>
  readonly random: Random
  time: number
}

/** Shares of the history at which a release happens, and how many of the packages it holds. */
const releases = [
  { at: 0.1, of: 'touched' },
  { at: 0.2, of: 'touched' },
  { at: 0.3, of: 'touched' },
  { at: 0.4, of: 'all' },
  { at: 0.7, of: 'tenth' },
] as const

export function* tellHistory(
  packages: readonly [FleetPackage, ...FleetPackage[]],
  size: FleetSize,
  random: Random,
  merges: boolean,
): Generator<FleetCommit> {
  const story: Story = { packages, states: firstStates(packages), random, time: Date.UTC(2024, 0, 8, 9) / 1000 }
  const releaseAt = new Map(releases.map((release) => [Math.floor(release.at * size.commits), release.of]))
  const pending = changesetPositions(size)
  let merging: WorkCommit | undefined
  yield firstCommit(story)
  for (let index = 1; index < size.commits; index += 1) {
    const release = releaseAt.get(index)
    if (merging !== undefined) {
      yield { ...merging, time: tick(story), branch: 'merge', message: mergeMessage(merging, index) }
      merging = undefined
    } else if (release !== undefined) {
      yield releaseCommit(story, release)
    } else {
      const commit = workCommit(story, index, pending.get(index))
      if (merges && random.chance(0.1) && index + 1 < size.commits && !releaseAt.has(index + 1)) merging = commit
      yield merging === undefined ? commit : { ...commit, branch: 'side' }
    }
  }
}

function firstStates(packages: readonly FleetPackage[]): ReadonlyMap<FleetPackage, PackageState> {
  return new Map(
    packages.map((pkg) => [pkg, { version: pkg.version, revision: 0, changelog: `# ${pkg.name}\n\n`, unreleased: [] }]),
  )
}

/** Changesets are added by work since the release of everything, evenly; index of the commit -> how many it adds. */
function changesetPositions(size: FleetSize): ReadonlyMap<number, number> {
  const from = Math.floor(0.41 * size.commits)
  const positions = new Map<number, number>()
  for (let index = 0; index < size.changesets; index += 1) {
    const at = from + Math.floor((index * (size.commits - from - 1)) / size.changesets)
    positions.set(at, (positions.get(at) ?? 0) + 1)
  }
  return positions
}

function firstCommit(story: Story): FleetCommit {
  const files = [...rootFiles()]
  for (const [pkg, state] of story.states) {
    files.push([`${pkg.dir}/package.json`, manifestText(pkg, state.version)])
    files.push([`${pkg.dir}/CHANGELOG.md`, state.changelog])
    files.push([`${pkg.dir}/src/index.js`, sourceText(pkg, 0)])
  }
  const message = 'chore: move every service into one repository\n'
  return { author: drawAuthor(story.random), time: tick(story), message, files }
}

function workCommit(story: Story, number: number, changesets = 0): WorkCommit {
  const { random } = story
  const touched = drawTouched(story)
  const bump = changesets > 0 ? drawBump(random) : undefined
  const { summary, message } = drawMessage(touched, number, random, bump)
  const files = touched.map((pkg): [string, string] => {
    const state = stateOf(story, pkg)
    state.revision += 1
    state.unreleased.push(summary)
    return [`${pkg.dir}/src/index.js`, sourceText(pkg, state.revision)]
  })
  for (let added = 0; added < changesets; added += 1) {
    const id = drawChangesetId(number * 10 + added, random)
    const bumps = new Map(touched.map((pkg) => [pkg.name, bump ?? 'patch']))
    files.push([`.changeset/${id}.md`, changesetText(bumps, `${summary[0]?.toUpperCase()}${summary.slice(1)}.`)])
  }
  return { author: drawAuthor(random), time: tick(story), message, files }
}

function drawTouched(story: Story): [FleetPackage, ...FleetPackage[]] {
  const touched: [FleetPackage, ...FleetPackage[]] = [story.random.pick(story.packages)]
  while (touched.length < 3 && story.random.chance(0.12)) {
    const another = story.random.pick(story.packages)
    if (!touched.includes(another)) touched.push(another)
  }
  return touched
}

function releaseCommit(story: Story, of: (typeof releases)[number]['of']): FleetCommit {
  const files: [string, string][] = []
  const tags: string[] = []
  for (const [pkg, state] of story.states) {
    const touched = state.unreleased.length > 0
    if (of === 'touched' ? !touched : of === 'tenth' && !(touched && story.random.chance(0.1))) continue
    state.version = nextVersion(state.version, story.random)
    const summaries = touched ? state.unreleased : ['Built with the current Node.js.']
    const heading = `# ${pkg.name}\n\n`
    state.changelog = heading + changelogEntry(state.version, summaries) + state.changelog.slice(heading.length)
    state.unreleased = []
    files.push([`${pkg.dir}/package.json`, manifestText(pkg, state.version)])
    files.push([`${pkg.dir}/CHANGELOG.md`, state.changelog])
    tags.push(`${pkg.name}@${state.version}`)
  }
  const author = { name: 'Release job', email: 'release@acme.example' }
  return { author, time: tick(story), message: 'chore(release): version packages\n', files, tags }
}

function nextVersion(version: string, random: Random): string {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  return random.chance(0.35) ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}

function mergeMessage(commit: WorkCommit, number: number): string {
  return `Merge pull request #${number} from acme/${commit.author.email.split('.', 1)[0]}/work\n\n${commit.message}`
}

function stateOf(story: Story, pkg: FleetPackage): PackageState {
  const state = story.states.get(pkg)
  if (state === undefined) throw new Error(`${pkg.name} has no state`)
  return state
}

function tick(story: Story): number {
  story.time += 60 + story.random.below(900)
  return story.time
}
