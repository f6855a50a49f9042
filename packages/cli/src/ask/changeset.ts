/**
 * The conversation of `topsail add`: which packages, how big, what was done. What the branch changed stands first and
 * is marked, bumps start from what its commits ask for. Leaving at any question leaves without a trace.
 */
import {
  autocompleteMultiselect,
  isCancel,
  log,
  multiselect,
  select,
  text,
  type CommonOptions as Streams,
} from '@clack/prompts'
import type { Bump, PackageName } from '@topsail/core'
import { editorOf, editText, proposeChangeset, type NamedBump, type Offer } from '@topsail/engine'
import type { CliContext } from '../context.ts'
import { sentenceOf } from '../render/problem.ts'
import { plural, printable } from '../render/text.ts'

export type Asked = {
  readonly cwd: string
  readonly since: string | undefined
  /** What the flags said already. */
  readonly releases: readonly NamedBump[]
  readonly message: string | undefined
}

export type Answer = { readonly releases: readonly NamedBump[]; readonly summary: string; readonly empty: boolean }

/** Undefined when the person left. `streams` are the terminal's unless a test gives its own. */
export async function askChangeset(
  asked: Asked,
  context: CliContext,
  streams: Streams = {},
): Promise<Answer | undefined> {
  const { offers, summary, problems } = await proposeChangeset(asked)
  for (const problem of problems) log.warn(sentenceOf(problem), streams)
  if (offers.length === 0 && asked.releases.length === 0) {
    log.error('There is no package here that could be released.', streams)
    return undefined
  }
  const releases = asked.releases.length > 0 ? asked.releases : await askReleases(offers, streams)
  if (releases === undefined) return undefined
  const said = asked.message ?? (await askSummary(summary, context, streams))
  return said === undefined ? undefined : { releases, summary: said, empty: false }
}

async function askReleases(offers: readonly Offer[], streams: Streams): Promise<readonly NamedBump[] | undefined> {
  const names = await askPackages(offers, streams)
  if (names === undefined) return undefined
  const chosen = offers.filter((offer) => names.includes(offer.name))
  return chosen.length <= mostSingleQuestions ? askEachBump(chosen, streams) : askBumpLists(chosen, streams)
}

const mostSingleQuestions = 4
const mostShown = 15

async function askPackages(offers: readonly Offer[], streams: Streams): Promise<readonly PackageName[] | undefined> {
  const [only] = offers
  if (offers.length === 1 && only !== undefined) return [only.name]
  const changed = offers.filter((offer) => offer.state !== undefined)
  const question = {
    ...streams,
    message: `Which packages does this change release? (${changed.length} of ${plural(offers.length, 'package')} changed)`,
    options: offers.map((offer) => ({ value: offer.name, label: [labelOf(offer), ...marksOf(offer)].join(' · ') })),
    initialValues: changed.filter((offer) => offer.state?.kind === 'uncovered').map((offer) => offer.name),
    maxItems: mostShown,
    required: true,
  }
  // Typing finds a package among many.
  const names = await (offers.length > mostShown ? autocompleteMultiselect(question) : multiselect(question))
  return isCancel(names) ? undefined : names
}

function labelOf({ name, version }: Offer): string {
  return `${printable(name)} ${printable(version)}`
}

/** In the label, since a hint is only shown where the cursor is; whoever filters the list can type them. */
function marksOf({ state, private: isPrivate }: Offer): readonly string[] {
  const words = {
    uncovered: 'changed',
    bumped: 'changed, has an answer',
    declined: 'changed, declined',
    excluded: 'changed, needs no answer',
  }
  return [state === undefined ? '' : words[state.kind], isPrivate ? 'private' : ''].filter(Boolean)
}

async function askEachBump(offers: readonly Offer[], streams: Streams): Promise<readonly NamedBump[] | undefined> {
  const releases: NamedBump[] = []
  for (const offer of offers) {
    const bump = await select<Bump>({
      ...streams,
      message: `How big is it for ${labelOf(offer)}?`,
      options: [
        { value: 'patch', label: 'patch', hint: 'a fix; nobody has to do anything' },
        { value: 'minor', label: 'minor', hint: 'something new; what worked still works' },
        { value: 'major', label: 'major', hint: 'something that worked no longer does' },
        { value: 'none', label: 'none', hint: 'no release; the summary says why' },
      ],
      initialValue: offer.proposed,
    })
    if (isCancel(bump)) return undefined
    releases.push({ name: offer.name, bump })
  }
  return releases
}

/** For many packages: who gets a major, who of the others a minor; the rest is patch. */
async function askBumpLists(offers: readonly Offer[], streams: Streams): Promise<readonly NamedBump[] | undefined> {
  const bumps = new Map<PackageName, Bump>(offers.map((offer) => [offer.name, 'patch']))
  for (const bump of ['major', 'minor'] as const) {
    const left = offers.filter((offer) => bumps.get(offer.name) === 'patch')
    if (left.length === 0) break
    const names = await multiselect({
      ...streams,
      message: `Which of them get a ${bump}?${bump === 'minor' ? ' (the others get a patch)' : ''}`,
      options: left.map((offer) => ({ value: offer.name, label: labelOf(offer) })),
      initialValues: left.filter((offer) => offer.proposed === bump).map((offer) => offer.name),
      maxItems: mostShown,
      required: false,
    })
    if (isCancel(names)) return undefined
    for (const name of names) bumps.set(name, bump)
  }
  return offers.map(({ name }) => ({ name, bump: bumps.get(name) ?? 'patch' }))
}

async function askSummary(
  proposed: string | undefined,
  context: CliContext,
  streams: Streams,
): Promise<string | undefined> {
  const editor = editorOf(context.env)
  const line = await text({
    ...streams,
    message: 'What was done, as the changelog will say it?',
    ...(editor === undefined ? {} : { placeholder: 'leave it empty to write in your editor' }),
    ...(proposed === undefined ? {} : { initialValue: printable(proposed) }),
    validate: (value) => (editor === undefined && !value?.trim() ? 'A few words are needed.' : undefined),
  })
  if (isCancel(line)) return undefined
  if (line.trim() !== '' || editor === undefined) return line
  const written = await editText(editor, summaryHint)
  if (written !== undefined && written !== '') return written
  log.warn('The editor gave no text.', streams)
  return undefined
}

const summaryHint = [
  'What was done, as the changelog will say it. Lines that begin with <!-- are left out;',
  'an empty text writes nothing.',
]
