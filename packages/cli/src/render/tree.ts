/** Indented lines with branches drawn, as `tree` does. Texts are painted and clean already. */
export type Branch = { readonly text: string; readonly below: readonly Branch[] }

export function renderTree(branches: readonly Branch[], indent = ''): string {
  return branches
    .map(({ text, below }, index) => {
      const last = index === branches.length - 1
      return `${indent}${last ? '└─ ' : '├─ '}${text}\n${renderTree(below, `${indent}${last ? '   ' : '│  '}`)}`
    })
    .join('')
}
