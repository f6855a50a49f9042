/**
 * Packages that only the tool before knew of, as the keys of topsail.json that lead to them.
 */
import type { Files } from '../ports.ts'
import type { Found } from './find-set-up.ts'
import { topsailConfig, type InitNote, type SetUp } from './set-up.ts'

/** Keys of topsail.json that say which packages there are. */
export type Members = { readonly packages?: readonly string[]; readonly rootPackage?: true }

export function withMembers(files: Files, members: Members): Files {
  const text = JSON.stringify(members)
  return { ...files, read: (path) => (path === topsailConfig ? text : files.read(path)) }
}

export function withPackages(setUp: SetUp, found: Found, members: Members, key: string | undefined): SetUp {
  const { file } = found
  const carried = (from: string, to: keyof Members): InitNote[] =>
    members[to] === undefined
      ? []
      : [
          {
            kind: 'carried',
            from: { file, key: from },
            value: null,
            to: { file: topsailConfig, key: to },
            as: members[to],
          },
        ]
  const notes = [...carried(key ?? 'packages', 'packages'), ...carried('packages["."]', 'rootPackage')]
  return { ...setUp, topsail: { ...members, ...setUp.topsail }, notes: [...notes, ...setUp.notes] }
}
