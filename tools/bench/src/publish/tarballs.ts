/**
 * What the floor puts: every package of a repository packed by pnpm, once, with the manifest that stands in it.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { benchFolder, cached, type Repository } from '../fleets.ts'
import { cleanEnvironment } from '../measure.ts'
import { anyPnpm } from '../peers.ts'

export type Tarball = { readonly file: string; readonly manifest: Readonly<Record<string, unknown>> }

/** The folder of the tarballs and of `tarballs.json`. */
export function tarballsOf(repository: Repository, pnpm: string): string {
  return cached(join(benchFolder, 'tarballs', repository.size), repository.dir, (out) => {
    mkdirSync(out, { recursive: true })
    execFileSync(pnpm, ['--recursive', 'pack', '--pack-destination', out], {
      cwd: repository.dir,
      env: { ...cleanEnvironment(), ...anyPnpm },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const files = readdirSync(out).filter((file) => file.endsWith('.tgz'))
    const tarballs = files.map((file): Tarball => ({ file, manifest: manifestIn(join(out, file)) }))
    writeFileSync(join(out, 'tarballs.json'), JSON.stringify(tarballs))
  })
}

function manifestIn(tarball: string): Tarball['manifest'] {
  return JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], { encoding: 'utf8' }))
}
