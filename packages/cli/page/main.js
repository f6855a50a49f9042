// Wires the page: one package chosen at most, one search, one bump filtered, one theme.
import { byId, data } from './dom.js'
import {
  canvas,
  drawGraph,
  fitGraph,
  focusNode,
  graph,
  markChoice,
  markMatches,
  neighbour,
  reveal,
  zoom,
  zoomTo,
} from './graph.js'
import { showOverview, showWhy } from './panel.js'

/** @typedef {import('../src/page/page-data.ts').PageNode} PageNode */

const search = /** @type {HTMLInputElement} */ (byId('search'))
const found = byId('found')
const spoken = byId('spoken')
let chosen = -1
let bumpWanted = ''

drawGraph()
choose(nodeOfHash(), { quiet: true })

/**
 * @param {number} index
 * @param {{ quiet?: boolean, focus?: boolean }} [options]
 */
function choose(index, options = {}) {
  chosen = index
  markChoice(index)
  const node = data.nodes[index]
  if (node === undefined) showOverview(chooseAndFocus)
  else showWhy(index, chooseAndFocus)
  if (options.focus) focusNode(index)
  else if (index >= 0) reveal(index)
  if (options.quiet) return
  history.replaceState(
    null,
    '',
    node === undefined ? location.pathname + location.search : `#${encodeURIComponent(node.name)}`,
  )
  spoken.textContent =
    node === undefined ? 'Overview' : `${node.name}: ${node.reasons.map((reason) => reason.text).join('; ')}`
}

/** @param {number} index */
function chooseAndFocus(index) {
  choose(index, { focus: true })
}

function nodeOfHash() {
  try {
    const name = decodeURIComponent(location.hash.slice(1))
    return name === '' ? -1 : data.nodes.findIndex((node) => node.name === name)
  } catch {
    return -1
  }
}

/** @param {PageNode} node */
function matches(node) {
  const wanted = search.value.trim().toLowerCase()
  return (bumpWanted === '' || node.bump === bumpWanted) && (wanted === '' || node.name.toLowerCase().includes(wanted))
}

function refreshMatches() {
  const active = bumpWanted !== '' || search.value.trim() !== ''
  markMatches(active ? matches : undefined)
  found.textContent = active ? String(data.nodes.filter(matches).length) : ''
}

/** The next match after the chosen package, around the end. */
function nextMatch() {
  const order = data.nodes.map((_, index) => (chosen + 1 + index) % data.nodes.length)
  return order.find((index) => matches(/** @type {PageNode} */ (data.nodes[index]))) ?? -1
}

search.addEventListener('input', refreshMatches)
search.addEventListener('keydown', (event) => {
  if (event.key === 'Enter') {
    const next = nextMatch()
    if (next >= 0) choose(next)
  } else if (event.key === 'ArrowDown') {
    const next = chosen >= 0 ? chosen : nextMatch()
    if (next >= 0) focusNode(next)
  } else if (event.key === 'Escape') {
    search.value = ''
    refreshMatches()
    search.blur()
  } else return
  event.preventDefault()
  event.stopPropagation()
})

graph.addEventListener('click', (event) => {
  const index = nodeOfEvent(event)
  if (index >= 0) choose(index, { focus: true })
})
canvas.addEventListener('click', (event) => {
  if (nodeOfEvent(event) < 0 && !dragged) choose(-1)
})
graph.addEventListener('keydown', (event) => {
  const index = nodeOfEvent(event)
  if (index < 0) return
  if (event.key === 'Enter' || event.key === ' ') choose(index)
  else if (event.key.startsWith('Arrow')) focusNode(neighbour(index, event.key))
  else if (event.key === 'Home') focusNode(0)
  else if (event.key === 'End') focusNode(data.nodes.length - 1)
  else return
  event.preventDefault()
})

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target === search) return
  if (event.key === '/') search.focus()
  else if (event.key === 'Escape') choose(-1)
  else if (event.key === '+' || event.key === '=') zoomTo(zoom * 1.2)
  else if (event.key === '-') zoomTo(zoom / 1.2)
  else if (event.key === '0') fitGraph(0)
  else return
  event.preventDefault()
})

/** @param {Event} event */
function nodeOfEvent(event) {
  const box = event.target instanceof Element ? event.target.closest('[data-node]') : null
  return box === null ? -1 : Number(box.getAttribute('data-node'))
}

for (const button of document.querySelectorAll('.filter')) {
  button.addEventListener('click', () => {
    const bump = button.getAttribute('data-bump') ?? ''
    bumpWanted = bumpWanted === bump ? '' : bump
    for (const other of document.querySelectorAll('.filter')) {
      other.setAttribute('aria-pressed', String(other.getAttribute('data-bump') === bumpWanted))
    }
    refreshMatches()
  })
}

byId('zoom-in').addEventListener('click', () => zoomTo(zoom * 1.2))
byId('zoom-out').addEventListener('click', () => zoomTo(zoom / 1.2))
byId('zoom-fit').addEventListener('click', () => fitGraph(0))

// Dragging the ground moves the view; a wheel with Ctrl, as a pinch sends it, zooms.
/** @type {{ x: number, y: number } | undefined} */
let grip
let dragged = false
canvas.addEventListener('pointerdown', (event) => {
  dragged = false
  if (event.button === 0 && event.pointerType === 'mouse' && nodeOfEvent(event) < 0)
    grip = { x: event.clientX, y: event.clientY }
})
window.addEventListener('pointermove', (event) => {
  if (grip === undefined) return
  dragged ||= Math.hypot(event.clientX - grip.x, event.clientY - grip.y) > 3
  if (!dragged) return
  canvas.classList.add('dragging')
  canvas.scrollBy(grip.x - event.clientX, grip.y - event.clientY)
  grip = { x: event.clientX, y: event.clientY }
})
window.addEventListener('pointerup', () => {
  grip = undefined
  canvas.classList.remove('dragging')
})
canvas.addEventListener('wheel', onWheel, { passive: false })

/** @param {WheelEvent} event */
function onWheel(event) {
  if (!event.ctrlKey) return
  event.preventDefault()
  const frame = canvas.getBoundingClientRect()
  zoomTo(zoom * Math.exp(-event.deltaY / 300), { x: event.clientX - frame.left, y: event.clientY - frame.top })
}

// The theme follows the system until the reader chooses one.
const dark = matchMedia('(prefers-color-scheme: dark)')
let themeChosen = ''
function applyTheme() {
  document.documentElement.dataset['theme'] = themeChosen || (dark.matches ? 'dark' : 'light')
}
dark.addEventListener('change', applyTheme)
byId('theme').addEventListener('click', () => {
  themeChosen = document.documentElement.dataset['theme'] === 'dark' ? 'light' : 'dark'
  applyTheme()
})
applyTheme()
