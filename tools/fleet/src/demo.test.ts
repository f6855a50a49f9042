import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const home = mkdtempSync(join(tmpdir(), 'topsail-demo-home-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))

test(
  'the demo plays to its end without a home, an identity or a terminal, and leaves nothing behind',
  { timeout: 120_000 },
  () => {
    const env = { ...process.env, HOME: home, USERPROFILE: home, TMPDIR: home, TEMP: home, TMP: home, CI: 'true' }
    // The demo has its registry in its own process.
    Reflect.deleteProperty(env, 'TOPSAIL_REGISTRY_HOST')
    const demo = fileURLToPath(new URL('demo.ts', import.meta.url))
    const { status, stdout } = spawnSync(process.execPath, [demo], { env, encoding: 'utf8' })
    expect(stdout).toContain('All of it took')
    expect(stdout).not.toContain('\u001B[')
    expect(status).toBe(0)
    expect(readdirSync(home)).toEqual([])
  },
)
