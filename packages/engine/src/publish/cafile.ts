/**
 * The file of certificates that an `.npmrc` names. npm passes over one that is not there without a word, and so does a
 * release: the certificates may not be needed. But what was set and has no effect is told, with the place where it is set.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

export type CaFile = {
  /** Absolute. */
  readonly file: string
  /** As it is set: an `.npmrc`, or a variable. */
  readonly from: string
  /** Undefined where it gives certificates. */
  readonly lacks: 'file' | 'reading' | 'certificates' | undefined
  readonly certificates: readonly string[]
}

export function readCaFile(set: { readonly value: string; readonly from: string }, cwd: string, home: string): CaFile {
  const file = resolve(cwd, set.value.replace(/^~(?=[/\\])/, home))
  const { from } = set
  try {
    const text = readFileSync(file, 'utf8')
    const certificates = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? []
    return { file, from, lacks: certificates.length === 0 ? 'certificates' : undefined, certificates }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { file, from, lacks: code === 'ENOENT' || code === 'ENOTDIR' ? 'file' : 'reading', certificates: [] }
  }
}
