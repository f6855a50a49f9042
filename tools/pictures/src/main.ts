/**
 * `pnpm pictures [--out DIR]` photographs what people see, made from the real thing: the plan in a terminal and as a
 * page, the comment on a pull request and the release pull request, each for the shop of the demo and for plans of 1,
 * 20 and 400 packages. It prints what it measured, and ends with 1 when something stands out of its page, asks for
 * anything, or is larger than a forge takes. Needs chromium.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toolArguments } from '@topsail/engine/testing/tool-arguments'
import { browserPath, type Camera, openCamera, type Seen } from './camera.ts'
import { writtenOnForge, type Written } from './forge.ts'
import { markdownPage, terminalPage } from './pages.ts'
import { fleetStory, inFolder, shopStory } from './stories.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const { values } = toolArguments('usage: pnpm pictures [--out DIR]', {
  options: { out: { type: 'string', default: join(root, 'docs/pictures') } },
})
/** What GitHub takes as a comment, in characters. */
const limit = 65_536

process.exitCode = await main(resolve(values.out))

async function main(out: string): Promise<number> {
  if (browserPath === undefined) {
    console.error('no chromium: install it at /usr/bin/chromium')
    return 1
  }
  mkdirSync(out, { recursive: true })
  const camera = await openCamera(browserPath)
  try {
    const faults = [...(await photographShop(camera, out)), ...(await photographPlans(camera, out))]
    for (const fault of faults) console.error(fault)
    return faults.length === 0 ? 0 : 1
  } finally {
    await camera.close()
  }
}

async function photographShop(camera: Camera, out: string): Promise<readonly string[]> {
  return inFolder(async (folder) => {
    const story = shopStory(folder)
    const plan = terminalPage(`$ topsail plan\n${topsail(folder, ['plan'], { FORCE_COLOR: '1' })}`)
    const seen = await camera.take(plan, { of: 'pre' }, join(out, 'plan.png'))
    tell('plan.png', seen)
    return [
      ...faultsOf('plan.png', seen),
      ...(await photographWritten(camera, out, 'shop', await writtenOnForge(story))),
    ]
  })
}

async function photographPlans(camera: Camera, out: string): Promise<readonly string[]> {
  const faults: string[] = []
  for (const count of [1, 20, 400]) {
    const written = await inFolder((folder) => writtenOnForge(fleetStory(folder, count)))
    faults.push(...(await photographWritten(camera, out, String(count), written)))
  }
  return faults
}

async function photographWritten(camera: Camera, out: string, name: string, written: Written): Promise<string[]> {
  const faults: string[] = []
  for (const [kind, markdown] of [
    ['comment', written.comment],
    ['release', written.body],
  ] as const) {
    const file = `${kind}-${name}.png`
    const seen = await camera.take(markdownPage(markdown), { of: 'article' }, join(out, file))
    tell(file, seen, markdown.length)
    faults.push(...faultsOf(file, seen))
    if (markdown === '') faults.push(`${file}: nothing was written`)
    if (markdown.length >= limit) faults.push(`${file}: ${markdown.length} characters, more than a forge takes`)
  }
  return faults
}

function faultsOf(file: string, { overflow, requests }: Seen): readonly string[] {
  return [
    ...(overflow > 0 ? [`${file}: stands out by ${overflow} pixels`] : []),
    ...requests.map((url) => `${file}: asks for ${url}`),
  ]
}

function tell(file: string, { width, height }: Seen, characters?: number): void {
  console.log(`${file}: ${width} x ${height}${characters === undefined ? '' : `, ${characters} characters`}`)
}

function topsail(cwd: string, args: readonly string[], more: Readonly<Record<string, string>>): string {
  const bin = join(root, 'packages/cli/bin/topsail.js')
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, COLUMNS: '110', ...more }
  return execFileSync(process.execPath, [bin, ...args], { cwd, env, encoding: 'utf8' })
}
