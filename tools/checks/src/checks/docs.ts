/**
 * What a page names has to be there: the file and the heading that a link leads to, paths of this repository, and scripts
 * of `pnpm`. What a page says of them no check can know.
 */
import { posix } from 'node:path'
import type { Repository, TextFile } from '../source.ts'
import type { Check } from '../table.ts'

export const docs: Check = {
  name: 'docs',
  asks: 'is everything there that the pages name?',
  run: ({ files }) => missingFromPages(files),
}

export function missingFromPages(files: Repository['files']): readonly string[] {
  const pages = files.filter(({ path }) => path.endsWith('.md') && !/^(tools\/fleet\/shop|\.changeset)\//.test(path))
  const there = placesIn(files)
  const headings = new Map(pages.map((page) => [page.path, headingsOf(page.text)]))
  const scripts = scriptsIn(files)
  return pages.flatMap((page) => [
    ...brokenLinks(page, there, headings),
    ...missingPaths(page, there),
    ...missingScripts(page, scripts),
  ])
}

/** Every file, and every folder above one. */
function placesIn(files: Repository['files']): ReadonlySet<string> {
  const places = new Set<string>()
  for (const { path } of files) {
    for (let place = path; place !== '.' && !places.has(place); place = posix.dirname(place)) places.add(place)
  }
  return places
}

/** As forges name them: small letters, no signs, a dash for each space; the second of two gets a number. */
function headingsOf(text: string): ReadonlySet<string> {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutBlocks(text).matchAll(/^#+ (.+)$/gm)) {
    const anchor = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-')
    anchors.add(anchors.has(anchor) ? `${anchor}-1` : anchor)
  }
  return anchors
}

function brokenLinks(
  { path, text }: TextFile,
  there: ReadonlySet<string>,
  headings: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  return [...withoutBlocks(text).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = '']) => {
    if (/^[a-z]+:/.test(link)) return []
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? path : posix.join(posix.dirname(path), file)
    if (!there.has(target)) return [`${path} links to ${link}: there is no such file`]
    const isThere = anchor === undefined || headings.get(target)?.has(anchor) === true
    return isThere ? [] : [`${path} links to ${link}: there is no such heading`]
  })
}

/** Names of whole paths in code, with `*` for what varies; `<name>` stands for any. */
const ownPath = /`((?:packages\/(?:core|engine|cli)|services|tools|docs|templates|action)\/[\w./*<>@-]+)`/g

function missingPaths({ path, text }: TextFile, there: ReadonlySet<string>): readonly string[] {
  return [...text.matchAll(ownPath)].flatMap(([, named = '']) => {
    const pattern = named
      .replace(/\/$/, '')
      .replaceAll(/[.+?^$()[\]{}|\\]/g, '\\$&')
      .replaceAll(/\*\*\/|\*|<\w+>/g, (hole) => (hole === '**/' ? '(?:.*/)?' : '[^/]*'))
    const isThere = there.has(named) || [...there].some((place) => new RegExp(`^${pattern}$`).test(place))
    return isThere || examples.has(named) ? [] : [`${path} names ${named}: there is no such path`]
  })
}

/** What looks like a path of this repository and is one of a reader's. */
const examples = new Set(['services/foo/v1.2.3', 'services/foo/v2'])

function scriptsIn(files: Repository['files']): ReadonlyMap<string, ReadonlySet<string>> {
  return new Map(
    files
      .filter(({ path }) => path === 'package.json' || /^(packages|services|tools)\/[^/]+\/package\.json$/.test(path))
      .map(({ path, text }) => {
        const { name, scripts = {} } = JSON.parse(text) as { name: string; scripts?: Readonly<Record<string, string>> }
        return [path === 'package.json' ? '' : name, new Set(Object.keys(scripts))]
      }),
  )
}

/** What pnpm does by itself. */
const ofPnpm = new Set(['install', 'vitest', 'exec', 'add', 'publish'])

/** In code alone: `pnpm check`, `npx -y pnpm@12 demo`, `pnpm --filter topsail docs:problems`. */
function missingScripts(
  { path, text }: TextFile,
  scripts: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const inCode = /(?:^|`)(?:npx (?:-y )?)?pnpm(?:@\d+)? (?:--filter (\S+) )?([a-z][\w:-]*)/gm
  return [...text.matchAll(inCode)].flatMap(([, name = '', script = '']) => {
    const isThere = scripts.get(name)?.has(script) === true || (name === '' && ofPnpm.has(script))
    return isThere ? [] : [`${path} names the script ${script}${name === '' ? '' : ` of ${name}`}: there is none`]
  })
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^```[\s\S]*?^```$/gm, '')
}
