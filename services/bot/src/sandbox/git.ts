/**
 * Git as it is run in the sandbox: with no configuration but ours, able to speak to the relay alone, and starting
 * nothing that a repository asks for: no hooks, no filters, no submodules, no file system monitor. Symbolic links are
 * checked out as small text files, so that no path leads out of the clone.
 */
import { delimiter } from 'node:path'
import { runGuarded, type GuardedAnswer, type GuardedProgram } from './guarded.ts'

/** Settings, over everything else there may be. An empty value of some means that there is none. */
const settings: Readonly<Record<string, string>> = {
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.symlinks': 'false',
  'core.attributesFile': '/dev/null',
  'core.excludesFile': '/dev/null',
  'core.protectHFS': 'true',
  'core.protectNTFS': 'true',
  'core.sparseCheckout': 'true',
  'core.sparseCheckoutCone': 'false',
  'core.bigFileThreshold': '16m',
  'credential.helper': '',
  'diff.external': '',
  'submodule.recurse': 'false',
  'fetch.recurseSubmodules': 'false',
  'http.followRedirects': 'false',
  'http.lowSpeedLimit': '1000',
  'http.lowSpeedTime': '30',
  'protocol.allow': 'never',
  'protocol.http.allow': 'always',
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'pack.threads': '1',
  'index.threads': '1',
  'init.templateDir': '',
  'safe.bareRepository': 'explicit',
  'advice.detachedHead': 'false',
}

/**
 * The environment of git, and of whatever runs git. `remote` is the relay's address; it goes nowhere else. `home` is an
 * empty folder.
 */
export function sandboxEnvironment(home: string, remote: string | undefined): Readonly<Record<string, string>> {
  const all = Object.entries(remote === undefined ? settings : { ...settings, 'remote.origin.url': remote })
  const configuration = all.flatMap(([key, value], at) => [
    [`GIT_CONFIG_KEY_${at}`, key],
    [`GIT_CONFIG_VALUE_${at}`, value],
  ])
  return {
    PATH: process.env['PATH'] ?? ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    HOME: home,
    TMPDIR: home,
    LANG: 'C.UTF-8',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_LFS_SKIP_SMUDGE: '1',
    GIT_ALLOW_PROTOCOL: 'http',
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(configuration),
  }
}

export type SandboxGit = (args: readonly string[], options?: GitOptions) => Promise<GuardedAnswer>

export type GitOptions = { readonly cwd?: string | undefined; readonly input?: string | undefined }

export function sandboxGit(around: Omit<GuardedProgram, 'file' | 'args' | 'input'>): SandboxGit {
  return (args, { cwd = around.cwd, input } = {}) => runGuarded({ ...around, cwd, file: 'git', args, input })
}
