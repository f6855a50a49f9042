/**
 * Scopes against packages. A scope that names packages narrows a commit to those of them it touched; one that names
 * none of them says nothing about whom the commit is for. Never does a scope make a touched change vanish: where it
 * names only packages that were not touched, the files decide.
 */
import { nxScopeResolver, scopeResolver } from './attribution.ts'
import type { CommitPreset } from './commit-presets.ts'
import type { CommitIndex } from './history.ts'
import type { PackageName, Sha } from '../names.ts'
import type { Problem } from '../problem.ts'
import type { CommitSettings } from '../settings.ts'
import type { Package } from '../workspace.ts'

export type Narrowed = {
  readonly full: readonly PackageName[]
  /** Touched, but not named: a patch, where the preset gives them one. */
  readonly lesser: readonly PackageName[]
}

export type ScopeNarrower = {
  readonly narrow: (scope: string | undefined, touched: readonly PackageName[], commit: CommitIndex) => Narrowed
  readonly problems: () => readonly Problem[]
}

export function scopeNarrower(
  packages: readonly Package[],
  preset: CommitPreset,
  shaOf: (commit: CommitIndex) => Sha,
  projects?: CommitSettings['projects'],
): ScopeNarrower {
  const resolve = preset.dialect === 'nx' ? nxScopeResolver(packages, projects) : scopeResolver(packages)
  const ambiguous = new Map<string, Problem>()
  const mode = preset.attribution.scope

  const narrow: ScopeNarrower['narrow'] = (scope, touched, commit) => {
    if (mode === 'ignore' || scope === undefined || touched.length === 0) return { full: touched, lesser: nobody }
    // Whether it is named or not, the only one there is gets it all.
    if (mode === 'narrow' && touched.length === 1) return { full: touched, lesser: nobody }
    const parts = resolve(scope)
    const [first] = parts
    // Nearly always a scope names one package.
    if (mode === 'narrow' && parts.length === 1 && first?.packages.length === 1) {
      return { full: touched.includes(first.packages[0] ?? '') ? first.packages : touched, lesser: nobody }
    }
    const among = touched.length > 8 ? new Set(touched) : undefined
    const isTouched = (name: PackageName): boolean => (among === undefined ? touched.includes(name) : among.has(name))
    const named = new Set<PackageName>()
    for (const { part, packages: candidates } of parts) {
      const meant = candidates.filter(isTouched)
      for (const name of meant) named.add(name)
      if (meant.length > 1) noteAmbiguous(part, meant, shaOf(commit))
    }
    const full = touched.filter((name) => named.has(name))
    if (mode === 'demote') return { full, lesser: touched.filter((name) => !named.has(name)) }
    return { full: full.length === 0 ? touched : full, lesser: nobody }
  }

  function noteAmbiguous(scope: string, candidates: readonly PackageName[], commit: Sha): void {
    if (ambiguous.has(scope) || ambiguous.size >= mostAmbiguous) return
    ambiguous.set(scope, { code: 'COMMIT_SCOPE_AMBIGUOUS', severity: 'warning', scope, candidates, commit })
  }

  return { narrow, problems: () => [...ambiguous.values()] }
}

const mostAmbiguous = 20
const nobody: readonly PackageName[] = []
