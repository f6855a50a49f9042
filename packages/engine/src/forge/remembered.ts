/** An answer that does not change is asked for once; a failure is asked again. */
import type { ForgeAnswer } from './forge.ts'

export function remembered<T>(ask: () => Promise<ForgeAnswer<T>>): () => Promise<ForgeAnswer<T>> {
  let answered: Promise<ForgeAnswer<T>> | undefined
  return async () => {
    answered ??= ask()
    const answer = await answered
    if (!answer.ok) answered = undefined
    return answer
  }
}
