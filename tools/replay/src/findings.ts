/**
 * Recorded releases that were looked into one by one, in the history of their repositories, because nothing in the data
 * of the case tells them apart: what was observed, and no guess where no cause could be shown.
 */
export type Finding = { readonly name: string; readonly why: string; readonly cases: readonly string[] }

export const findings: readonly Finding[] = [
  {
    name: 'calendar versions',
    why: 'the version script goes on after `changeset version` and writes the next quarter into every manifest',
    cases: ['Shopify+hydrogen@87eb365ba4e9'],
  },
  {
    name: 'two releases in one commit',
    why: 'its changelogs have a heading for each of 9.13.0 and 9.14.0; the release commit and a release more were merged as one, and both have their tag',
    cases: ['Shopify+polaris@7848f095b3c5'],
  },
  {
    name: 'no release: pre.json mended by hand',
    why: 'one changeset is noted as used though nothing was released, and an example gets its first version',
    cases: ['chakra-ui+chakra-ui@b39190c67168'],
  },
  {
    name: 'a minor that nobody asked for',
    why: 'all changesets ask for a patch and the fixed group has the next minor after; neither changeset nor configuration before names it',
    cases: ['module-federation+core@dcc4f1ac3c8b'],
  },
  {
    name: 'a minor left out',
    why: 'one changeset asks for a minor of 8.3.1, and the commit has 8.5.0; neither changelog nor tags know 8.4.0, and its dependent was left alone',
    cases: ['pmndrs+react-three-fiber@c97f4c88df71'],
  },
  {
    name: 'a changeset that was never committed',
    why: 'the changelog has a line without a commit for the package that differs, and no changeset before names that package',
    cases: ['rainbow-me+rainbowkit@03612b59c8f4'],
  },
  {
    name: 'one version for all by hand',
    why: 'changesets makes peer dependents major, so that the fixed group becomes 2.0.0-beta.0, or without that rule one package 1.9.2-beta.0; the commit has 1.10.0-beta.0 in all of them',
    cases: ['solidjs+solid@24a08ede554c'],
  },
  {
    name: 'between two planners',
    why: 'the packages that differ are as planner 2.0.3, the one installed, gives them; others are as only later ones do: no single version that was tried (2.0.3, 2.1.0, 6.0.10) gives both',
    cases: ['pnpm+pnpm@b40af1c07c1f', 'pnpm+pnpm@2ea003aa8a8e'],
  },
]
