/**
 * Large answers are had one after the other: hundreds of packages are asked for at once, and what a registry, or whoever
 * answers in its place, sends for each of them must fit into memory together.
 */

/** Resolves when it is the caller's turn, with what ends it. */
export type Turns = () => Promise<() => void>

export function turns(): Turns {
  let last: Promise<void> = Promise.resolve()
  return () => {
    const before = last
    let end = (): void => {}
    last = new Promise((resolve) => {
      end = resolve
    })
    return before.then(() => end)
  }
}
