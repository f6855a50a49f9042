/** Every table of malformed input, by where the input stands. */
import { changesets } from './changesets.ts'
import { configuration } from './configuration.ts'
import { history } from './history.ts'
import { manifests } from './manifests.ts'
import { names } from './names.ts'
import { workspaces } from './workspaces.ts'
import type { BadInput } from './world.ts'

export const tables: Readonly<Record<string, readonly BadInput[]>> = {
  'in a manifest': manifests,
  'as a name': names,
  'in a changeset': changesets,
  'in the configuration': configuration,
  'in the workspace': workspaces,
  'in the history': history,
}
