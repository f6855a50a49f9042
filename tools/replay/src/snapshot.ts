/** A recorded case read as the engine reads a repository: through its own reader, from memory instead of the disk. */
import { planRelease, type ReleasePlan, type RulesName, type Snapshot } from '@topsail/core'
import { memoryFiles, readSnapshot, type Git } from '@topsail/engine'
import type { ChangesetsCase, Generation } from './corpus.ts'

export async function planCase(
  recorded: ChangesetsCase,
  rules: RulesName | undefined,
  migrated: boolean,
): Promise<{ readonly snapshot: Snapshot; readonly plan: ReleasePlan }> {
  const texts = migrated ? withPrivatePackages(recorded.files) : recorded.files
  const lockfiles = Object.fromEntries(recorded.lockfiles.map((name) => [name, '']))
  const files = memoryFiles({ ...lockfiles, ...texts })
  const snapshot = await readSnapshot({ cwd: '.', files, git: withoutGit, rules, now: recorded.date })
  return { snapshot, plan: planRelease(snapshot, (text) => String(text.length)) }
}

export function rulesOf(generation: Generation): RulesName {
  return generation === 'v2' ? 'changesets@2' : 'changesets@3'
}

/** The cases hold no history. */
const withoutGit: Git = async () => ({ kind: 'missing', detail: 'a recorded case has no repository' })

/** What migrating to Changesets 3 asks for where private packages are to be versioned still. */
function withPrivatePackages(files: Readonly<Record<string, string>>): Record<string, string> {
  const path = '.changeset/config.json'
  const config = JSON.parse(files[path] ?? '{}')
  return { ...files, [path]: JSON.stringify({ privatePackages: { version: true, tag: false }, ...config }) }
}
