/**
 * A real browser that photographs pages, and measures what a person would mind: text that leaves the page, a table cut
 * off at the side.
 */
import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

export const browserPath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))

export type Shot = {
  /** A selector of what is in the picture; the rest of the page is not. */
  readonly of: string
  /** Opens every `details` first. */
  readonly unfolded?: boolean
}

export type Seen = {
  /** In CSS pixels. */
  readonly width: number
  readonly height: number
  /** How far the widest part stands out to the right of the page; 0 when nothing does. */
  readonly overflow: number
  /** Addresses of what the page asked for. */
  readonly requests: readonly string[]
}

export type Camera = {
  /** Writes a PNG, at most `tallest` pixels of it. */
  take(html: string, shot: Shot, file: string): Promise<Seen>
  close(): Promise<void>
}

/** Of a picture, in CSS pixels: what is below is not shown. */
const tallest = 4000

export async function openCamera(executablePath: string): Promise<Camera> {
  const quiet = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update']
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...quiet] })
  return { take: (html, shot, file) => take(browser, html, shot, file), close: () => browser.close() }
}

async function take(browser: Browser, html: string, { of, unfolded }: Shot, file: string): Promise<Seen> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 800 }, deviceScaleFactor: 2 })
  const requests: string[] = []
  page.on('request', (request) => requests.push(request.url()))
  await page.setContent(html)
  if (unfolded === true) await page.evaluate(unfold)
  const box = await page.locator(of).boundingBox()
  if (box === null) throw new Error(`nothing to photograph: ${of}`)
  const overflow = Number(await page.evaluate(standsOut))
  const clip = { ...box, height: Math.min(box.height, tallest) }
  await page.screenshot({ path: file, clip, fullPage: true })
  await page.close()
  return { width: Math.round(box.width), height: Math.round(box.height), overflow, requests }
}

// As text, since they run in the page, whose globals Node does not have.
const unfold = `for (const part of document.querySelectorAll('details')) part.open = true`
const standsOut = `(() => {
  const tables = [...document.querySelectorAll('table')].map((table) => table.scrollWidth - table.clientWidth)
  return Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth, ...tables)
})()`
