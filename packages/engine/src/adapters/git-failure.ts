/** What git said when it failed, for a person: of a push also which refs were refused and why, which it prints apart. */
import type { GitAnswer } from '../ports.ts'

/** Undefined: it did not fail. */
export function gitFailure(answer: GitAnswer): string | undefined {
  return answer.kind === 'done' && answer.code === 0 ? undefined : gitDetail(answer)
}

export function gitDetail(answer: GitAnswer): string {
  if (answer.kind === 'missing') return answer.detail
  const refused = answer.stdout.split('\n').flatMap((line) => refusal.exec(line)?.slice(1).join(' ') ?? [])
  const said = answer.stderr.trim() || (refused.length > 0 ? '' : answer.stdout.trim())
  const text = [...refused.slice(0, most), said].filter((part) => part !== '').join('\n')
  return text === '' ? `git ended with code ${answer.code}` : text.slice(-longest)
}

/** A line of `push --porcelain`: flag, what goes where, what became of it; the name is that of the other side. */
const refusal = /^!\t[^:\t]*:(\S+)\t(.+)$/

/** A release may push a thousand tags: all of them are refused for one. */
const most = 5
const longest = 1500
