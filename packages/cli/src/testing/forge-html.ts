/** What a forge makes of a comment, and whether everything in it is ours. */
import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import { expect } from 'vitest'

const elements = 'h3 p table thead tbody tr th td code pre ul ol li details summary strong br sub a'.split(' ')

/** Elements and addresses that we make, no mention or reference outside of code, nothing that steers, within the limit. */
export function expectOurs(markdown: string, webUrl: string): void {
  expect(Buffer.byteLength(markdown)).toBeLessThan(65_536)
  const html = toHtml(markdown)
  for (const [, name] of html.matchAll(/<([a-z!?][a-z0-9]*)/gi)) expect(elements).toContain(name)
  for (const [, attributes = ''] of html.matchAll(/<[a-z][a-z0-9]*((?:\s[^>]*)?)>/g)) {
    for (const [, key, value = ''] of attributes.matchAll(/([\w-]+)="([^"]*)"/g)) {
      if (key === 'href') expect(value.startsWith(`${webUrl}/`)).toBe(true)
      else expect(['align', 'start', 'class']).toContain(key)
    }
  }
  const outside = html.replace(/<code[^>]*>[\s\S]*?<\/code>/g, '').replace(/<a href="[^"]*">/g, '')
  expect(outside).not.toMatch(/@|https?:|www\.|\bGH-\d|#\d/)
  expect(markdown).not.toMatch(steering)
}

/** What would steer a terminal or reorder text; line breaks and colours of our own apart. */
// oxlint-disable-next-line no-control-regex
export const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u202a-\u202e\u2066-\u2069\ufeff]/

/** Before a forge takes out what it does not allow. */
function toHtml(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
}
