/**
 * Lines for a log. GitHub Actions folds what stands between two of its commands, so there every phase of a release is a
 * group; what comes from outside can start none, since every line begins with a mark of ours.
 */
import type { Step } from '@topsail/core'
import type { PublishEvent } from '@topsail/engine'
import type { Environment, Output } from '../context.ts'

export type Phase = 'Build' | 'Pack' | 'Upload and confirm' | 'Promote' | 'Tag' | 'Announce' | 'Take back'

export type LogLines = { readonly line: (text: string, phase?: Phase) => void; readonly end: () => void }

export function logLines(output: Output, env: Environment): LogLines {
  const grouped = env['GITHUB_ACTIONS'] === 'true'
  let open: Phase | undefined
  const end = (): void => {
    if (open !== undefined) output.write('::endgroup::\n')
    open = undefined
  }
  return {
    line(text, phase) {
      if (grouped && phase !== undefined && phase !== open) {
        end()
        open = phase
        output.write(`::group::${phase}\n`)
      }
      // `##[` is the older form of a command, and counts anywhere in a line.
      output.write(`${grouped ? text.replaceAll('##[', '# #[') : text}\n`)
    },
    end,
  }
}

export function phaseOf(event: PublishEvent): Phase | undefined {
  if (/^(?:build|install)-/.test(event.kind)) return 'Build'
  return 'step' in event ? phases[event.step.kind] : undefined
}

const phases: Readonly<Record<Step['kind'], Phase>> = {
  pack: 'Pack',
  check: 'Pack',
  upload: 'Upload and confirm',
  confirm: 'Upload and confirm',
  gate: 'Promote',
  promote: 'Promote',
  unmark: 'Promote',
  tag: 'Tag',
  push: 'Tag',
  announce: 'Announce',
  undo: 'Take back',
  revert: 'Take back',
}
