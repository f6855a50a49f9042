/**
 * Where effects may happen: the process ends in the main.ts of a program alone, other programs start in the engine's
 * adapters and in a service's sandbox alone, only programs speak and only the cli knows the current folder, and what a
 * release does to the world is done by the one loop in drive.ts.
 */
import { isTestOrTesting, type SourceFile } from '../source.ts'
import type { Check } from '../table.ts'

export const effects: Check = {
  name: 'effects',
  asks: 'are effects where they belong?',
  run: ({ sources }) => sources.flatMap(strayEffects),
}

type Rule = { readonly uses: RegExp; readonly of: 'imports' | 'members'; readonly only: RegExp }

const rules: readonly Rule[] = [
  { of: 'members', uses: /^process\.(exit|abort)$/, only: /^(packages\/cli|services\/\w+)\/src\/main\.ts$/ },
  { of: 'members', uses: /^process\.(cwd|chdir)$/, only: /^packages\/cli\/src\/context\.ts$/ },
  {
    of: 'members',
    uses: /^(console\.\w+|process\.(stdout|stderr|stdin))$/,
    only: /^packages\/cli\/src\/|^services\/\w+\/src\/main\.ts$/,
  },
  {
    of: 'imports',
    uses: /^(node:)?child_process$|^execa$|^cross-spawn$/,
    only: /^packages\/engine\/src\/adapters\/|^services\/\w+\/src\/sandbox\//,
  },
  { of: 'imports', uses: /^libnpmpublish$/, only: /^packages\/engine\/src\/publish\/registry[\w-]*\.ts$/ },
  {
    of: 'members',
    uses: /^effects\.(upload|promote|tag|push|undo|revert|unmark)$/,
    only: /^packages\/engine\/src\/\w+\/drive\.ts$/,
  },
]

export function strayEffects(file: SourceFile): readonly string[] {
  const shipped = /^(packages|services)\/[^/]+\/src\//.test(file.path) && !isTestOrTesting(file.path)
  if (!shipped) return []
  return rules
    .filter((rule) => !rule.only.test(file.path))
    .flatMap((rule) => file[rule.of].filter(({ what }) => rule.uses.test(what)))
    .map(({ what, line }) => `${file.path}:${line} uses ${what}`)
}
