// The drawing: waves, edges, packages. It knows how to mark a choice and where a key leads, not what is chosen.
import { causes, effects, hasOwnChange, reach } from './chains.js'
import { byId, counted, data, html, svg } from './dom.js'

/** @typedef {import('../src/page/page-data.ts').PageData} PageData */
/** @typedef {import('../src/page/page-data.ts').PageNode} PageNode */

export const canvas = byId('canvas')
export const graph = svg('svg', {
  class: `graph${data.edges.length > 140 ? ' crowded' : ''}`,
  viewBox: `0 0 ${data.width} ${data.height}`,
  role: 'listbox',
  'aria-label': 'Packages in release order. Arrow keys move, Enter shows why.',
})
const boxes = data.nodes.map(drawNode)
const lines = data.edges.map((edge) =>
  svg('path', { class: `edge ${edge.kind}`, d: edgePath(edge), 'marker-end': 'url(#tip)' }),
)
export let zoom = 1

export function drawGraph() {
  if (data.nodes.length === 0) {
    canvas.append(html('p', { class: 'empty' }, 'Nothing is released: no change asks for it.'))
    return
  }
  const tips = ['', 'before', 'after'].map(drawTip)
  const edges = svg('g', { 'aria-hidden': 'true' }, ...lines)
  graph.append(svg('defs', {}, ...tips), ...data.waves.map(drawBand), edges, ...data.waves.map(drawWave))
  canvas.append(graph)
  fitGraph()
}

/** @param {string} tone */
function drawTip(tone) {
  const id = tone === '' ? 'tip' : `tip-${tone}`
  const size = { viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: 'userSpaceOnUse' }
  return svg(
    'marker',
    { id, ...size, orient: 'auto' },
    svg('path', { class: `tip ${tone}`, d: 'M0 0.6 L8 4 L0 7.4 z' }),
  )
}

/** @param {PageData['waves'][number]} wave */
function drawBand(wave) {
  return svg('rect', { class: 'band', x: wave.x - 16, y: 8, width: wave.width + 32, height: data.height - 16, rx: 12 })
}

/**
 * @param {PageData['waves'][number]} wave
 * @param {number} index
 */
function drawWave(wave, index) {
  const heading = svg('text', { class: 'wave-name', x: wave.x, y: 34 }, `Wave ${index + 1}  `)
  heading.append(svg('tspan', { class: 'wave-count' }, `\u00a0${counted(wave.nodes.length, 'package')}`))
  const inside = wave.nodes.flatMap((node) => boxes[node] ?? [])
  return svg('g', { role: 'group', 'aria-label': `Wave ${index + 1}` }, heading, ...inside)
}

/**
 * @param {PageNode} node
 * @param {number} index
 */
function drawNode(node, index) {
  const { nodeWidth: width, nodeHeight: height } = data
  const roomy = height > 44
  const label = `${node.name}, ${node.bump}, ${node.from} to ${node.to}${node.private ? ', private' : ''}`
  const group = svg('g', {
    class: `node${node.private ? ' private' : ''}`,
    'data-bump': node.bump,
    'data-node': index,
    transform: `translate(${node.x} ${node.y})`,
    role: 'option',
    'aria-selected': 'false',
    'aria-label': label,
    tabindex: index === 0 ? 0 : -1,
  })
  group.append(
    svg('title', {}, `${node.name}  ${node.from} → ${node.to}`),
    svg('rect', { class: 'box', width, height, rx: 8 }),
    svg('path', {
      class: 'bar',
      d: `M8 0.5 H5 V${height - 0.5} H8 A7.5 7.5 0 0 1 0.5 ${height - 8} V8 A7.5 7.5 0 0 1 8 0.5 z`,
    }),
    fitted(svg('text', { class: 'name', x: 16, y: roomy ? 22 : 16 }), node.label, width - 40),
    versionText(node, roomy ? 40 : 31),
  )
  if (hasOwnChange(node)) group.append(svg('circle', { class: 'origin', cx: width - 14, cy: roomy ? 17 : 12, r: 4 }))
  return group
}

/**
 * @param {PageNode} node
 * @param {number} y
 */
function versionText(node, y) {
  const budget = data.nodeWidth - 28
  const text = svg('text', { class: 'version', x: 16, y })
  const whole = `${node.from} → ${node.to}`
  if (whole.length * 7 > budget) return fitted(text, node.to, budget)
  text.append(`${node.from} → `, svg('tspan', { class: 'to' }, node.to))
  return text
}

/**
 * Puts a text into an element, cut in the middle when it is too wide: names differ at both ends.
 *
 * @param {SVGElement} element
 * @param {string} text
 * @param {number} width
 */
function fitted(element, text, width) {
  const letters = [...text]
  const room = Math.floor(width / 7.1)
  const head = Math.ceil(room * 0.55) - 1
  const cut =
    letters.length <= room ? text : `${letters.slice(0, head).join('')}…${letters.slice(head + 1 - room).join('')}`
  element.append(cut)
  return element
}

/** @param {PageData['edges'][number]} edge */
function edgePath({ from, to }) {
  const [a, b] = [data.nodes[from], data.nodes[to]]
  if (a === undefined || b === undefined) return ''
  const x1 = a.x + data.nodeWidth
  const [y1, y2] = [a.y + data.nodeHeight / 2, b.y + data.nodeHeight / 2]
  if (b.x > x1) {
    const bend = Math.max(28, (b.x - x1) * 0.45)
    return `M${x1} ${y1} C${x1 + bend} ${y1} ${b.x - bend} ${y2} ${b.x - 1} ${y2}`
  }
  // Within a column (a cycle, a group): around its right side.
  const x2 = b.x + data.nodeWidth
  const bend = Math.max(x1, x2) + 34
  return `M${x1} ${y1} C${bend} ${y1} ${bend} ${y2} ${x2 + 1} ${y2}`
}

/**
 * Marks the chosen node, what it follows from and what follows from it; -1 for none.
 *
 * @param {number} chosen
 */
export function markChoice(chosen) {
  const before = chosen < 0 ? new Set() : reach(chosen, causes)
  const after = chosen < 0 ? new Set() : reach(chosen, effects)
  graph.classList.toggle('chosen', chosen >= 0)
  boxes.forEach((box, index) => {
    box.classList.toggle('selected', index === chosen)
    box.classList.toggle('before', before.has(index))
    box.classList.toggle('after', after.has(index) && !before.has(index))
    box.setAttribute('aria-selected', String(index === chosen))
  })
  data.edges.forEach((edge, index) => {
    const causal = edge.kind !== 'order'
    const leads = causal && before.has(edge.from) && (edge.to === chosen || before.has(edge.to))
    const follows = causal && !leads && after.has(edge.to) && (edge.from === chosen || after.has(edge.from))
    lines[index]?.classList.toggle('before', leads)
    lines[index]?.classList.toggle('after', follows)
    lines[index]?.setAttribute('marker-end', `url(#tip${leads ? '-before' : follows ? '-after' : ''})`)
  })
}

/**
 * Dims what does not match; undefined shows all.
 *
 * @param {((node: PageNode) => boolean) | undefined} matches
 */
export function markMatches(matches) {
  graph.classList.toggle('filtered', matches !== undefined)
  boxes.forEach((box, index) => {
    const node = data.nodes[index]
    box.classList.toggle('missed', matches !== undefined && node !== undefined && !matches(node))
  })
}

/**
 * The tab stop of the graph moves to this node, and the node into view.
 *
 * @param {number} index
 */
export function focusNode(index) {
  boxes.forEach((box, other) => box.setAttribute('tabindex', other === index ? '0' : '-1'))
  boxes[index]?.focus({ preventScroll: true })
  reveal(index)
}

/** @param {number} index */
export function reveal(index) {
  const node = data.nodes[index]
  if (node === undefined) return
  const [left, top] = [node.x * zoom, node.y * zoom]
  const margin = 48
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = canvas
  const right = left + data.nodeWidth * zoom
  const bottom = top + data.nodeHeight * zoom
  if (left < scrollLeft + margin) canvas.scrollLeft = left - margin
  else if (right > scrollLeft + clientWidth - margin) canvas.scrollLeft = right - clientWidth + margin
  if (top < scrollTop + margin) canvas.scrollTop = top - margin
  else if (bottom > scrollTop + clientHeight - margin) canvas.scrollTop = bottom - clientHeight + margin
}

/**
 * The node that an arrow key leads to: the nearest in that direction, straight ahead preferred.
 *
 * @param {number} index
 * @param {string} key
 */
export function neighbour(index, key) {
  const here = data.nodes[index]
  if (here === undefined) return index
  const ahead = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[key]
  if (ahead === undefined) return index
  const [dx = 0, dy = 0] = ahead
  let best = { index, cost: Infinity }
  data.nodes.forEach((node, other) => {
    const along = (node.x - here.x) * dx + (node.y - here.y) * dy
    const aside = Math.abs((node.x - here.x) * dy) + Math.abs((node.y - here.y) * dx)
    if (along <= 0 || (dy !== 0 && aside > data.nodeWidth)) return
    const cost = dx === 0 ? along + aside * 4 : along * 4 + aside
    if (cost < best.cost) best = { index: other, cost }
  })
  return best.index
}

/**
 * Sets the scale and keeps a point of the canvas where it is.
 *
 * @param {number} scale
 * @param {{ x: number, y: number }} [point]
 */
export function zoomTo(scale, point = { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 }) {
  const next = Math.min(2, Math.max(0.15, scale))
  const [x, y] = [(canvas.scrollLeft + point.x) / zoom, (canvas.scrollTop + point.y) / zoom]
  zoom = next
  graph.setAttribute('width', String(Math.round(data.width * zoom)))
  graph.setAttribute('height', String(Math.round(data.height * zoom)))
  canvas.scrollTo(x * zoom - point.x, y * zoom - point.y)
}

/** All of it where it can still be read; else its beginning: the first wave may stand far down beside a tall one. */
export function fitGraph(least = 0.9) {
  const whole = Math.min(canvas.clientWidth / data.width, canvas.clientHeight / data.height)
  zoomTo(Math.max(least, Math.min(1.15, whole)))
  canvas.scrollTo(0, 0)
  const beginning = data.waves[0]?.nodes ?? []
  reveal(beginning[beginning.length >> 1] ?? 0)
}
