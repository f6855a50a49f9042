/**
 * A release plan as one HTML file that needs nothing else: data, style and script are inside. A content security policy
 * with the hashes of exactly that style and that script forbids everything else, so even a text that got out of its
 * place could neither run nor load anything.
 */
import { createHash } from 'node:crypto'
import type { ReleasePlan } from '@topsail/core'
import { readAsset } from '../assets.ts'
import { type PageData, pageData } from './page-data.ts'

const scripts = ['dom.js', 'chains.js', 'graph.js', 'panel.js', 'main.js']

export function renderPlanHtml(plan: ReleasePlan): string {
  const data = pageData(plan)
  const style = readAsset('page/page.css')
  const script = scripts.map((name) => withoutModuleWords(readAsset(`page/${name}`))).join('\n')
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Release plan: ${escapeHtml(data.title)}</title>
<style>${style}</style>
</head>
<body>
${header(data)}
<main><div id="canvas" class="canvas" aria-label="Release graph"></div></main>
<aside aria-label="Details"><div id="panel" class="panel" tabindex="-1"></div>${keys}</aside>
<div id="spoken" class="quiet" role="status" aria-live="polite"></div>
<noscript>This page draws the release plan with a script. \`topsail plan\` prints the same plan as a table.</noscript>
<script type="application/json" id="plan">${jsonForHtml(data)}</script>
<script type="module">${script}</script>
</body>
</html>
`
}

/** The scripts stand in one module in the page: what they import is already there. */
function withoutModuleWords(source: string): string {
  return source.replace(/^import [^']*'[^']*'\n/gm, '').replace(/^export /gm, '')
}

/** JSON in which no HTML parser can see markup, nor JavaScript a line end. */
export function jsonForHtml(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0) ?? 0};`)
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

function header(data: PageData): string {
  const filters = (['major', 'minor', 'patch'] as const).flatMap((bump) => {
    const count = data.nodes.filter((node) => node.bump === bump).length
    return count === 0
      ? []
      : `<button class="filter" type="button" data-bump="${bump}" aria-pressed="false"><b>${count}</b> ${bump}</button>`
  })
  return `<header>
<div class="brand">${mark}<div><h1>${escapeHtml(data.title)}</h1><p>${escapeHtml(`Topsail · rules ${data.rules}`)}</p></div></div>
<div class="filters" role="group" aria-label="Show only one size of bump">${filters.join('')}</div>
<label class="search"><span class="quiet">Search packages</span>${lens}<input id="search" type="search" placeholder="Search packages" autocomplete="off" spellcheck="false"><output id="found" for="search"></output></label>
<div class="tools"><button class="tool" id="zoom-out" type="button" aria-label="Zoom out">−</button><button class="tool" id="zoom-fit" type="button">Fit</button><button class="tool" id="zoom-in" type="button" aria-label="Zoom in">+</button><button class="tool" id="theme" type="button" aria-label="Switch between light and dark">◐</button></div>
</header>`
}

const mark = `<svg viewBox="0 0 26 26" aria-hidden="true"><path d="M12 2 V17 H3 C8 13 11 8 12 2z" fill="#2856d6"/><path d="M14 6 V17 H22 C18 14 15 10 14 6z" fill="#7d9bf0"/><path d="M3 19.5 H23 C21.5 22.5 19 24 16 24 H9.5 C6.5 24 4.2 22.5 3 19.5z" fill="#2856d6"/></svg>`

const lens = `<svg viewBox="0 0 14 14" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"><circle cx="6" cy="6" r="4.5"/><path d="M9.5 9.5 L13 13"/></svg>`

const keys = `<div class="keys"><span><kbd>/</kbd> search</span><span><kbd>arrows</kbd> move</span><span><kbd>Enter</kbd> why</span><span><kbd>Esc</kbd> overview</span></div>`
