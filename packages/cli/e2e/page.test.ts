import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ReleasePlan } from '@topsail/core'
import { type Browser, type Page, chromium } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderPlanHtml } from '../src/page/plan-html.ts'
import { hostileTexts, layeredPlan, plan, release, smallPlan } from '../src/testing/plans.ts'

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path))

describe.skipIf(executablePath === undefined)('the page of a plan in a browser (needs /usr/bin/chromium)', () => {
  let browser: Browser
  let dir: string
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'topsail-page-'))
    const quiet = [
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ]
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--disable-gpu', ...quiet],
    })
  })
  afterAll(async () => {
    await browser.close()
    rmSync(dir, { recursive: true, force: true })
  })

  /** Opens the plan's page, runs a check on it, and fails on any error or request that is not the page itself. */
  async function onPage(shown: ReleasePlan, check: (page: Page) => Promise<void>, hash = ''): Promise<void> {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'dark' })
    const faults: string[] = []
    page.on('pageerror', (error) => faults.push(error.message))
    page.on('console', (message) => faults.push(message.text()))
    page.on('dialog', (dialog) => faults.push(dialog.message()))
    page.on('request', (request) => {
      if (!request.url().startsWith('file:')) faults.push(request.url())
    })
    const file = join(dir, `${Math.floor(performance.now() * 1000)}.html`)
    writeFileSync(file, renderPlanHtml(shown))
    await page.goto(`${pathToFileURL(file).href}${hash}`)
    await check(page)
    await page.close()
    expect(faults).toEqual([])
  }

  test('a click on a package shows its chain down to the changeset', async () => {
    await onPage(smallPlan, async (page) => {
      expect(await page.getByRole('option').count()).toBe(6)
      await page.getByRole('option', { name: '@acme/shop' }).click()
      const panel = page.getByRole('complementary')
      expect(await panel.getByRole('heading', { level: 2 }).textContent()).toBe('@acme/shop')
      expect(await panel.innerText()).toContain('.changeset/brave-cats.md')
      expect(await page.locator('.node.before').count()).toBe(2)
      expect(await page.getByRole('option', { name: '@acme/shop' }).getAttribute('aria-selected')).toBe('true')
    })
  })

  test('a link in the chain leads to that package, which then has the focus', async () => {
    await onPage(smallPlan, async (page) => {
      await page.getByRole('option', { name: '@acme/api' }).click()
      await page.getByRole('complementary').getByRole('button', { name: '@acme/db' }).click()
      expect(await page.locator('#panel h2').textContent()).toBe('@acme/db')
      expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toContain('@acme/db')
    })
  })

  test('the keyboard alone will do: tab, arrows, enter, escape', async () => {
    await onPage(smallPlan, async (page) => {
      const focused = (): Promise<unknown> => page.evaluate('document.activeElement.getAttribute("aria-label")')
      await page.locator('.node').first().focus()
      const first = await focused()
      await page.keyboard.press('ArrowRight')
      const second = await focused()
      expect(second).not.toBe(first)
      await page.keyboard.press('ArrowLeft')
      await page.keyboard.press('ArrowDown')
      expect(await focused()).not.toBe(second)
      await page.keyboard.press('Enter')
      expect(await page.locator('.node.selected').count()).toBe(1)
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.closest("aside") !== null')).toBe(true)
      await page.keyboard.press('Escape')
      expect(await page.locator('.node.selected').count()).toBe(0)
      expect(await page.locator('#panel h2').textContent()).toBe('6 packages to release')
    })
  })

  test('the search dims what does not match, counts, and Enter goes to the next match', async () => {
    await onPage(smallPlan, async (page) => {
      await page.keyboard.press('/')
      await page.keyboard.type('log')
      expect(await page.locator('#found').textContent()).toBe('2')
      expect(await page.locator('.node.missed').count()).toBe(4)
      await page.keyboard.press('Enter')
      const once = await page.locator('#panel h2').textContent()
      await page.keyboard.press('Enter')
      expect(await page.locator('#panel h2').textContent()).not.toBe(once)
      await page.keyboard.press('Escape')
      expect(await page.locator('.node.missed').count()).toBe(0)
    })
  })

  test('a filter shows one size of bump, and again all', async () => {
    await onPage(smallPlan, async (page) => {
      const major = page.getByRole('button', { name: '1 major' })
      await major.click()
      expect(await page.locator('.node:not(.missed)').count()).toBe(1)
      expect(await major.getAttribute('aria-pressed')).toBe('true')
      await major.click()
      expect(await page.locator('.node.missed').count()).toBe(0)
    })
  })

  test('a package can be linked to, and the theme follows the system until it is switched', async () => {
    await onPage(
      smallPlan,
      async (page) => {
        expect(await page.locator('#panel h2').textContent()).toBe('@acme/db')
        const theme = (): Promise<unknown> => page.evaluate('document.documentElement.dataset.theme')
        expect(await theme()).toBe('dark')
        await page.getByRole('button', { name: /light and dark/ }).click()
        expect(await theme()).toBe('light')
      },
      `#${encodeURIComponent('@acme/db')}`,
    )
  })

  test('four hundred packages are drawn at a size that can be read, and zoom to fit', async () => {
    await onPage(layeredPlan(400), async (page) => {
      expect(await page.locator('.node').count()).toBe(400)
      const height = (): Promise<number> =>
        page
          .locator('.node .box')
          .first()
          .evaluate((box) => box.getBoundingClientRect().height)
      expect(await height()).toBeGreaterThan(30)
      const before = await height()
      await page.getByRole('button', { name: 'Fit' }).click()
      expect(await height()).toBeLessThan(before)
    })
  })

  test('the page opens where the release begins, also beside a wave that is taller than the screen', async () => {
    await onPage(layeredPlan(1500), async (page) => {
      const box = await page.locator('.node').first().boundingBox()
      expect(box?.y).toBeGreaterThan(0)
      expect(box?.y).toBeLessThan(760)
    })
  })

  test('hostile texts are shown as text', async () => {
    const names = [...new Set(hostileTexts.map((text, index) => `${text}${index}`))].toSorted()
    const releases = names.map((name) =>
      release(name, { dir: name, from: name, to: name, reasons: [{ kind: 'override', by: name }] }),
    )
    await onPage(plan({ releases, order: [names] }), async (page) => {
      expect(await page.locator('.node').count()).toBe(names.length)
      expect(await page.locator('img, iframe, a').count()).toBe(0)
      for (const box of await page.locator('.node').all()) {
        await box.focus()
        await page.keyboard.press('Enter')
      }
      expect(await page.locator('img, iframe, a').count()).toBe(0)
    })
  })

  test('an empty plan says that nothing is released', async () => {
    await onPage(plan({}), async (page) => {
      expect(await page.getByRole('main').innerText()).toContain('Nothing is released')
    })
  })

  test('on a narrow screen the panel lies below the graph', async () => {
    await onPage(smallPlan, async (page) => {
      await page.setViewportSize({ width: 600, height: 900 })
      const [main, aside] = await Promise.all(['main', 'aside'].map((name) => page.locator(name).boundingBox()))
      expect(aside?.y).toBeGreaterThanOrEqual((main?.y ?? 0) + (main?.height ?? 0) - 1)
    })
  })
})
