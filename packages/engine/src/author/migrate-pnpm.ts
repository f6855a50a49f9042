/**
 * The versions of pnpm itself: its change intents are changesets, file for file, and stay where they are. Its ledger says
 * which of them a project has used already, which Changesets and Topsail say by taking the file away.
 */
import type { PackageName, Path, Workspace } from '@topsail/core'
import type { Files } from '../ports.ts'
import { isRecord, own, stringsIn } from '../read/record.ts'
import { readYaml } from '../read/yaml-text.ts'
import { pnpmLedger } from './find-file-set-ups.ts'
import { setUpFrom, type SetUp } from './set-up.ts'

export function migratePnpm(file: Path, versioning: unknown, files: Files, { packages }: Workspace): SetUp {
  const setUp = setUpFrom(file)
  setUp.topsail['sources'] = 'changesets'
  // Who needs a package gets a patch where its range is left, and development dependents nothing: the same rules.
  setUp.topsail['rules'] = 'changesets@3'
  const { fixed, ignore, maxBump, ...others } = isRecord(versioning) ? versioning : {}
  if (Array.isArray(fixed)) setUp.toConfig('versioning.fixed', fixed, 'fixed', fixed)
  if (Array.isArray(ignore)) setUp.toConfig('versioning.ignore', ignore, 'ignore', stringsIn(ignore))
  if (maxBump === 'patch' || maxBump === 'minor' || maxBump === 'major') {
    setUp.toTopsail('versioning.maxBump', maxBump, 'maxBump', maxBump)
  }
  for (const [key, value] of Object.entries(others)) {
    const because = key === 'lanes' ? 'pre-mode' : key === 'changelog' ? 'changelog-format' : 'no-counterpart'
    setUp.leave(`versioning.${key}`, value, because)
  }
  for (const [intent, names] of usedIntents(files, new Map(packages.map(({ dir, name }) => [dir, name])))) {
    setUp.leave({ file: intent, key: '' }, names, 'used-intent')
  }
  return { config: setUp.config, topsail: setUp.topsail, changesets: [], notes: setUp.notes }
}

/** Intents that are still there, with the projects that have used them. */
function usedIntents(files: Files, names: ReadonlyMap<Path, PackageName>): ReadonlyMap<Path, readonly PackageName[]> {
  const ledger = readYaml(files, pnpmLedger)
  const used = new Map<Path, PackageName[]>()
  for (const [release, entry] of Object.entries(ledger?.ok === true && isRecord(ledger.value) ? ledger.value : {})) {
    const dir = own(entry, 'dir')
    const name = (typeof dir === 'string' ? names.get(dir) : undefined) ?? release.replace(/(?<=.)@[^@]*$/, '')
    for (const id of stringsIn(Array.isArray(entry) ? entry : own(entry, 'intents'))) {
      const intent = `.changeset/${id}.md`
      const known = used.get(intent)
      if (known !== undefined) known.push(name)
      else if (files.look(intent).kind === 'file') used.set(intent, [name])
    }
  }
  return used
}
