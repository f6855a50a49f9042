/**
 * `topsail publish`: what git has released and the registries lack, in dependency order, then the tags. Progress goes
 * to standard error, the result to standard output.
 */
import { type Promotion, promotions } from '@topsail/core'
import { type PublishOptions, type PublishResult, publishWorkspace } from '@topsail/engine'
import { type Command, InvalidArgumentError } from 'commander'
import { type CommonOptions, folderOf, newCommand, oneOf } from '../command.ts'
import type { CliContext } from '../context.ts'
import { renderPublishResult, renderPublishSteps } from '../render/publish-result.ts'
import { eventsOption, tellResult, watchRun } from '../watch-run.ts'

type Options = CommonOptions & {
  readonly dryRun?: boolean
  readonly events?: boolean
  readonly only?: readonly string[]
  readonly concurrency?: number
  readonly tag?: string
  readonly access?: 'public' | 'restricted'
  readonly otp?: string
  readonly provenance?: boolean
  readonly build: boolean
  readonly promotion?: Promotion | 'auto'
  readonly tags: boolean
  readonly push: boolean
}

export function publishCommand(context: CliContext): Command {
  return newCommand('publish', 'publish what git has released and the registry lacks, in dependency order')
    .option('--dry-run', 'show what would be published, and publish nothing')
    .option(...eventsOption)
    .option('--only <names...>', 'publish these packages and no others')
    .option(
      '--concurrency <count>',
      'uploads under way at the same time; unless told, 16, and more while they are answered as fast',
      wholeNumber,
    )
    .option('--tag <dist-tag>', 'publish under this dist-tag')
    .option('--access <access>', 'of new scoped packages: public or restricted', oneOf(['public', 'restricted']))
    .option('--otp <code>', 'a one-time password')
    .option('--provenance', 'attach provenance statements')
    .option('--no-provenance', 'attach none, whatever manifests and .npmrc ask for')
    .option(
      '--promotion <promotion>',
      `how versions become public: auto, ${promotions.join(', ')}`,
      oneOf(['auto', ...promotions]),
    )
    .option('--no-build', 'build nothing before packing')
    .option('--no-tags', 'make no git tags')
    .option('--no-push', 'make git tags, and do not push them')
    .action((options: Options) => publish(options, context))
}

async function publish(options: Options, context: CliContext): Promise<void> {
  const cwd = folderOf(context, options)
  const result = await watchRun(context, { command: 'publish', ...options }, (watch) =>
    publishWorkspace({ cwd, ...optionsOf(options), env: context.env, ...watch }),
  )
  tellResult(context, options, result, {
    schema: 'topsail/publish@1',
    problems: result.problems,
    words: () => textOf(result, options, context),
  })
}

function optionsOf(options: Options): Omit<PublishOptions, 'cwd'> {
  return {
    dryRun: options.dryRun,
    only: options.only,
    concurrency: options.concurrency,
    distTag: options.tag,
    access: options.access,
    otp: options.otp,
    provenance: options.provenance,
    build: options.build,
    promotion: options.promotion,
    tags: options.tags,
    push: options.push,
  }
}

function textOf(result: PublishResult, options: Options, context: CliContext): string {
  return options.dryRun === true ? renderPublishSteps(result, context.out) : renderPublishResult(result, context.out)
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number from 1 on.')
  return number
}
