/** All of them, in an order of chance (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], random: () => number): readonly T[] {
  const mixed = [...items]
  for (let last = mixed.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1))
    const item = mixed[last] as T
    mixed[last] = mixed[other] as T
    mixed[other] = item
  }
  return mixed
}
