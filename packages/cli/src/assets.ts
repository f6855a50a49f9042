/**
 * Files that are shipped as they are. The bundle lies in `dist/`, the sources in `src/`: both one level below the
 * package's folder, and this file is bundled into `dist/` itself.
 */
import { readFileSync } from 'node:fs'

export function readAsset(name: string): string {
  return readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
}
