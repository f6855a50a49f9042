/**
 * `targets` of topsail.json: where each package goes, by name or glob. Everything that cannot be is told at once, with
 * its line; a target with a problem is left out, and since each problem is an error nothing is then published.
 */
import { targetKey, type ExecCommands, type ImageSource, type PackageName, type Problem } from '@topsail/core'
import type { Package, RulesName, Settings, TargetSettings } from '@topsail/core'
import { parseImageName, parseImageReference } from '../publish/targets/image-reference.ts'
import type { Shape } from './config-shape.ts'
import { lineAt } from './json-text.ts'
import { expandNames, unmatchedNames } from './name-globs.ts'
import { isRecord, own, stringsIn, type UnknownRecord } from './record.ts'
import type { ConfigFile } from './settings.ts'

const text: Shape = { kind: 'text', pattern: '.' }
const texts: Shape = { kind: 'list', item: text }

export const targetsShape: Shape = {
  kind: 'map',
  says: 'Per package (name or glob): where it goes, beside the defaults of npm for a public package and nowhere for a private one.',
  value: {
    kind: 'list',
    item: {
      kind: 'object',
      keys: {
        kind: {
          kind: 'choice',
          of: ['npm', 'oci', 'go', 'exec'],
          says: 'An npm registry, a container image, a Go module, or own commands.',
        },
        name: {
          kind: 'text',
          pattern: '^[a-z][a-z0-9-]*$',
          wanted: 'a name of lower case letters, digits and dashes',
          says: 'How other targets name this one; its kind when left out.',
        },
        after: { ...texts, says: 'Targets of the same package that come first.' },
        needs: { ...texts, says: 'Targets of other packages that come first: `@acme/db:oci`.' },
        image: {
          ...text,
          says: 'oci: the name of the image, without tag or digest; {name} is the name of the package without its scope.',
        },
        layout: { ...text, says: 'oci: a folder of the package that holds an OCI image layout.' },
        build: {
          ...texts,
          says: 'oci: a command, as program and arguments, that leaves an OCI image layout in {out}.',
        },
        from: { ...text, says: 'oci: an image that is in a registry already; {version} is filled in.' },
        dockerfile: {
          ...text,
          says: 'oci: the Dockerfile, from the folder of the package; `Dockerfile` when left out.',
        },
        context: { ...text, says: 'oci: the folder a Dockerfile is built in, from the folder of the package.' },
        builder: {
          kind: 'choice',
          of: ['docker', 'podman', 'buildah'],
          says: 'oci: what builds a Dockerfile; the first one installed when left out.',
        },
        platforms: { ...texts, says: 'oci: the platforms to build for, such as linux/arm64.' },
        buildArgs: {
          ...texts,
          says: 'oci: NAME=VALUE for the build of a Dockerfile; {version} and {tarballs} are filled in.',
        },
        proxy: {
          ...text,
          says: 'go: the module proxy that has to serve a version, as an address or `direct`; the first of GOPROXY when left out.',
        },
        commands: {
          kind: 'object',
          keys: Object.fromEntries(
            ['exists', 'pack', 'upload', 'confirm', 'channel', 'promote', 'retract'].map((verb) => [verb, texts]),
          ),
          says: 'exec: a command per verb, as program and arguments; `exists` and `upload` are needed.',
        },
        timeout: {
          kind: 'whole',
          least: 1,
          most: 86_400,
          says: 'exec: seconds that a command may take.',
          default: 600,
        },
      },
    },
  },
}

export function readTargets(
  config: ConfigFile | undefined,
  packages: readonly Package[],
  rules: RulesName,
): { readonly targets: Settings['targets']; readonly problems: readonly Problem[] } {
  const configured = own(config?.value, 'targets')
  const targets: Record<PackageName, readonly TargetSettings[]> = Object.create(null)
  if (config === undefined || !isRecord(configured)) return { targets, problems: [] }
  const names = packages.map((pkg) => pkg.name)
  const problems: Problem[] = []
  for (const [glob, entries] of Object.entries(configured)) {
    const keys = ['targets', glob]
    const tell = teller(config, keys, problems)
    for (const pattern of unmatchedNames([glob], names)) {
      const place = { file: config.file, line: lineAt(config.text, keys) }
      problems.push({ code: 'CONFIG_PATTERN_UNMATCHED', severity: 'warning', place, key: 'targets', pattern })
    }
    const list = Array.isArray(entries) ? entries.filter(isRecord) : []
    const covered = expandNames([glob], names, rules)
    const placed = list.flatMap((entry, at) =>
      targetIn(entry, (path, wanted) => tell([at, ...path], wanted, entry)).map((target) => ({ target, at })),
    )
    checkOrder(placed, tell)
    const read = placed.map(({ target }) => target)
    for (const name of covered) targets[name] = read.map((target) => forPackage(target, name))
    if (read.some((target) => target.kind === 'npm')) checkPrivate(packages, covered, tell)
  }
  problems.push(...unknownNeeds(config, packages, targets))
  return { targets, problems }
}

type Tell = (path: readonly (string | number)[], wanted: string, entry: unknown) => void

function teller(config: ConfigFile, above: readonly string[], problems: Problem[]): Tell {
  return (path, wanted, entry) => {
    const keys = [...above, ...path]
    // The check of the shape has told that already.
    if (config.problems.some((problem) => 'key' in problem && problem.key === keys.join('.'))) return
    const place = { file: config.file, line: lineAt(config.text, keys) }
    const value = path.slice(1).reduce<unknown>((part, key) => own(part, String(key)), entry)
    const received = (JSON.stringify(value) ?? 'nothing').slice(0, 80)
    problems.push({ code: 'CONFIG_VALUE_INVALID', severity: 'error', place, key: keys.join('.'), wanted, received })
  }
}

type Refuse = (path: readonly string[], wanted: string) => void

const keysOf: Readonly<Record<TargetSettings['kind'], readonly string[]>> = {
  npm: [],
  oci: ['image', 'layout', 'build', 'from', 'dockerfile', 'context', 'builder', 'platforms', 'buildArgs'],
  go: ['proxy'],
  exec: ['commands', 'timeout'],
}

function targetIn(entry: UnknownRecord, refuse: Refuse): readonly TargetSettings[] {
  const kind = own(entry, 'kind')
  if (kind !== 'npm' && kind !== 'oci' && kind !== 'go' && kind !== 'exec') {
    refuse(['kind'], '"npm" or "oci" or "go" or "exec"')
    return []
  }
  const foreign = Object.keys(entry).filter((key) => !['kind', 'name', 'after', 'needs', ...keysOf[kind]].includes(key))
  for (const key of foreign) refuse([key], `nothing, for a target of kind ${kind} has no such key`)
  const id = kind === 'npm' ? 'npm' : String(own(entry, 'name') ?? kind)
  if (kind === 'npm' && own(entry, 'name') !== undefined)
    refuse(['name'], 'nothing: the npm target is always called npm')
  const common = { id, after: stringsIn(own(entry, 'after')), needs: stringsIn(own(entry, 'needs')) }
  switch (kind) {
    case 'npm':
      return [{ kind, ...common }]
    case 'oci':
      return imageIn(entry, refuse).map((facts) => ({ kind, ...common, ...facts }))
    case 'go':
      return proxyIn(entry, refuse).map((facts) => ({ kind, ...common, ...facts }))
    case 'exec':
      return commandsIn(entry, refuse).map((facts) => ({ kind, ...common, ...facts }))
  }
}

function imageIn(entry: UnknownRecord, refuse: Refuse): readonly { image: string; source: ImageSource }[] {
  const image = String(own(entry, 'image') ?? '')
  const isImage = parseImageName(image.replaceAll('{name}', 'name')) !== undefined
  if (!isImage) refuse(['image'], 'the name of an image, such as registry.example/acme/api')
  const given = ['layout', 'build', 'from', 'dockerfile'].filter((key) => own(entry, key) !== undefined)
  if (given.length > 1) refuse([given[1] ?? ''], `nothing, because ${given[0]} already says where the image is from`)
  const from = own(entry, 'from')
  const isFrom = from === undefined || parseImageReference(String(from).replaceAll('{version}', '1.0.0')) !== undefined
  if (!isFrom) refuse(['from'], 'an image with a tag or a digest')
  return isImage && isFrom && given.length <= 1 ? [{ image, source: sourceIn(entry) }] : []
}

function sourceIn(entry: UnknownRecord): ImageSource {
  const textAt = (key: string): string | undefined => own(entry, key) as string | undefined
  const [layout, from] = [textAt('layout'), textAt('from')]
  if (layout !== undefined) return { kind: 'layout', path: layout }
  if (from !== undefined) return { kind: 'registry', image: from }
  const command = stringsIn(own(entry, 'build'))
  if (command.length > 0) return { kind: 'command', argv: command }
  return {
    kind: 'dockerfile',
    file: textAt('dockerfile') ?? 'Dockerfile',
    context: textAt('context'),
    tool: textAt('builder') as 'docker' | 'podman' | 'buildah' | undefined,
    platforms: stringsIn(own(entry, 'platforms')),
    args: stringsIn(own(entry, 'buildArgs')),
  }
}

function proxyIn(entry: UnknownRecord, refuse: Refuse): readonly { proxy?: string }[] {
  const proxy = own(entry, 'proxy')
  if (proxy === undefined) return [{}]
  if (typeof proxy === 'string' && /^(direct|(https?|file):\/\/\S+)$/.test(proxy)) return [{ proxy }]
  refuse(['proxy'], 'the address of a module proxy, or "direct"')
  return []
}

function commandsIn(entry: UnknownRecord, refuse: Refuse): readonly { commands: ExecCommands; timeout: number }[] {
  const commands = own(entry, 'commands')
  const has = (verb: string): boolean => stringsIn(own(commands, verb)).length > 0
  const missing = ['exists', 'upload'].filter((verb) => !has(verb))
  for (const verb of missing) refuse(['commands', verb], 'a program and its arguments, as a list')
  const isReversible = !has('promote') || has('channel')
  if (!isReversible)
    refuse(['commands', 'channel'], 'a command that tells where a channel leads, because promote moves it')
  if (missing.length > 0 || !isReversible) return []
  return [{ commands: commands as ExecCommands, timeout: Number(own(entry, 'timeout') ?? 600) }]
}

/** A target comes after what stands above it, so that no order can run in a circle. */
function checkOrder(placed: readonly { readonly target: TargetSettings; readonly at: number }[], tell: Tell): void {
  const above = new Set<string>()
  for (const { target, at } of placed) {
    if (above.has(target.id)) tell([at, 'name'], 'a name that no other target of the package has', target)
    if (target.after.some((other) => !above.has(other))) tell([at, 'after'], 'targets that stand above it', target)
    above.add(target.id)
  }
}

function checkPrivate(packages: readonly Package[], covered: readonly PackageName[], tell: Tell): void {
  const named = new Set(covered)
  const [pkg] = packages.filter((one) => one.private && named.has(one.name))
  if (pkg !== undefined) tell([], `no npm target, because ${pkg.name} is private`, 'npm')
}

function forPackage(target: TargetSettings, name: PackageName): TargetSettings {
  if (target.kind !== 'oci') return target
  return { ...target, image: target.image.replaceAll('{name}', name.slice(name.indexOf('/') + 1)) }
}

function unknownNeeds(
  config: ConfigFile,
  packages: readonly Package[],
  targets: Settings['targets'],
): readonly Problem[] {
  const known = new Set<string>()
  for (const pkg of packages) {
    const own = Object.hasOwn(targets, pkg.name) ? (targets[pkg.name] ?? []) : undefined
    if (own === undefined && !pkg.private) known.add(pkg.name)
    for (const target of own ?? []) known.add(targetKey(pkg.name, target.id))
  }
  const needs = new Set(Object.values(targets).flatMap((list) => list.flatMap((target) => target.needs)))
  const unknown = [...needs].filter((need) => !known.has(need.replace(/:npm$/, '')))
  return unknown.map((need) => ({
    code: 'CONFIG_VALUE_INVALID',
    severity: 'error',
    place: { file: config.file, line: lineAt(config.text, ['targets']) },
    key: 'targets.needs',
    wanted: 'a package and one of its targets, such as "@acme/db:oci"',
    received: JSON.stringify(need),
  }))
}
