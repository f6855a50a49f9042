/** Why a file that seems to be there could not be read, as a problem; undefined when it is simply absent. */
import type { Path, Problem } from '@topsail/core'
import type { Files } from '../ports.ts'

export function refusalOf(files: Files, file: Path): Problem | undefined {
  const look = files.look(file)
  const place = { file }
  switch (look.kind) {
    case 'absent':
    case 'directory':
      return undefined
    case 'outside':
      return { code: 'PATH_OUTSIDE_WORKSPACE', severity: 'quarantined', place, path: file }
    case 'too-large':
      return { code: 'FILE_TOO_LARGE', severity: 'quarantined', place, bytes: look.bytes, limit: look.limit }
    case 'unreadable':
      return { code: 'FILE_UNREADABLE', severity: 'quarantined', place, detail: look.detail }
    case 'file':
      return { code: 'FILE_UNREADABLE', severity: 'quarantined', place, detail: 'it is not UTF-8 text' }
  }
}
