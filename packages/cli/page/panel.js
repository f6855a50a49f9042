// The panel: an overview of the plan, or why one package is in it.
import { effects, hasOwnChange, reach, tellingReasons } from './chains.js'
import { byId, counted, data, html, svg } from './dom.js'

/** @typedef {import('../src/page/page-data.ts').PageData} PageData */
const panel = byId('panel')

/** @param {(index: number) => void} choose */
export function showOverview(choose) {
  const parts = [html('h2', {}, data.title), meter(), html('p', {}, overviewSentence())]
  if (data.problems.length > 0)
    parts.push(html('h3', {}, counted(data.problems.length, 'problem')), ...data.problems.map(problemCard))
  const origins = data.nodes.flatMap((node, index) =>
    hasOwnChange(node) ? [{ node, index, reached: reach(index, effects).size }] : [],
  )
  origins.sort((a, b) => b.reached - a.reached || a.index - b.index)
  if (origins.length > 0) {
    const items = origins.slice(0, 40).map(({ index, reached }) => {
      const note = reached === 0 ? 'itself only' : `${reached} more follow${reached === 1 ? 's' : ''}`
      return html('li', {}, nodeLink(index, choose), html('span', { class: 'note' }, note))
    })
    parts.push(html('h3', {}, 'Where it starts'), html('ul', { class: 'plain' }, ...items))
  }
  parts.push(...rewriteList(), html('h3', {}, 'How to read the graph'), legend(), html('h3', {}, 'Plan'), facts())
  panel.replaceChildren(...parts)
  panel.scrollTop = 0
}

/**
 * @param {number} index
 * @param {(index: number) => void} choose
 */
export function showWhy(index, choose) {
  const node = data.nodes[index]
  if (node === undefined) return
  const versions = html(
    'p',
    { class: 'versions', 'data-bump': node.bump },
    node.from,
    ' → ',
    html('b', {}, node.to),
    html('span', { class: 'chip' }, node.bump),
  )
  if (node.private) versions.append(html('span', { class: 'chip neutral' }, 'private'))
  for (const target of node.targets) versions.append(html('span', { class: 'chip neutral' }, target))
  const parts = [
    html('h2', { id: 'chosen' }, node.name),
    versions,
    html('p', { class: 'where' }, `${node.dir} · wave ${node.wave}`),
    html('h3', {}, 'Why it is released'),
    html('ul', { class: 'chain' }, ...chainItems(index, choose, tellingReasons(index))),
  ]
  const followers = [...new Set(effects[index])]
  if (followers.length > 0) {
    const total = reach(index, effects).size
    const more = total > followers.length ? html('p', {}, `${counted(total, 'package')} in all, through these.`) : ''
    const items = followers.map((other) =>
      html('li', {}, nodeLink(other, choose), html('span', { class: 'note' }, data.nodes[other]?.bump ?? '')),
    )
    parts.push(
      html('h3', {}, 'Released because of it'),
      html('ul', { class: 'plain' }, ...items),
      html('div', {}, more),
    )
  }
  if (node.edits.length > 0) {
    const items = node.edits.map((edit) => html('li', {}, html('span', { class: 'code' }, edit)))
    parts.push(html('h3', {}, 'Ranges rewritten'), html('ul', { class: 'plain' }, ...items))
  }
  panel.replaceChildren(...parts)
  panel.scrollTop = 0
}

/**
 * The reasons of a node, each with what it follows from below it, where it is told.
 *
 * @param {number} index
 * @param {(index: number) => void} choose
 * @param {ReturnType<typeof tellingReasons>} telling
 * @returns {HTMLElement[]}
 */
function chainItems(index, choose, telling) {
  return (data.nodes[index]?.reasons ?? []).map((reason) => {
    const change = reason.change === undefined ? undefined : data.changes[reason.change]
    if (change !== undefined) return html('li', {}, changeCard(change))
    const item = html('li', {}, html('span', { class: 'reason' }, ...reasonParts(reason, choose)))
    if (reason.node === undefined) return item
    if (telling.has(reason)) item.append(html('ul', {}, ...chainItems(reason.node, choose, telling)))
    else item.append(html('span', { class: 'again' }, 'explained elsewhere'))
    return item
  })
}

/**
 * The words of a reason, the package that it follows from as a link.
 *
 * @param {PageData['nodes'][number]['reasons'][number]} reason
 * @param {(index: number) => void} choose
 */
function reasonParts(reason, choose) {
  const name = reason.node === undefined ? '' : (data.nodes[reason.node]?.name ?? '')
  const at = name === '' ? -1 : reason.text.indexOf(name)
  if (reason.node === undefined || at < 0) return [reason.text]
  return [reason.text.slice(0, at), nodeLink(reason.node, choose), reason.text.slice(at + name.length)]
}

/** @param {PageData['changes'][number]} change */
function changeCard(change) {
  const card = html(
    'div',
    { class: 'change' },
    html('div', { class: 'title' }, change.title),
    html('div', { class: 'place' }, change.place),
  )
  const rest = change.body.split('\n').slice(1).join('\n').trim()
  if (rest !== '') card.append(html('div', { class: 'body' }, rest))
  return card
}

/** @param {PageData['problems'][number]} problem */
function problemCard(problem) {
  const head = [problem.severity, problem.code, problem.place].filter((part) => part !== '').join('  ')
  const card = html(
    'div',
    { class: 'problem', 'data-severity': problem.severity },
    html('div', { class: 'head' }, head),
    html('div', {}, problem.sentence),
  )
  if (problem.mend !== '') card.append(html('div', { class: 'mend' }, `hint: ${problem.mend}`))
  return card
}

function rewriteList() {
  if (data.rewrites.length === 0) return []
  const items = data.rewrites.map(({ name, edits }) =>
    html('li', {}, html('div', {}, name), ...edits.map((edit) => html('div', { class: 'code' }, edit))),
  )
  return [html('h3', {}, 'Only ranges rewritten'), html('ul', { class: 'plain stacked' }, ...items)]
}

/**
 * @param {number} index
 * @param {(index: number) => void} choose
 */
function nodeLink(index, choose) {
  const link = html('button', { class: 'link', type: 'button' }, data.nodes[index]?.name ?? '')
  link.addEventListener('click', () => choose(index))
  return link
}

function meter() {
  const bar = svg('svg', {
    viewBox: `0 0 ${Math.max(1, data.nodes.length)} 1`,
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  })
  let x = 0
  for (const bump of ['major', 'minor', 'patch']) {
    const width = data.nodes.filter((node) => node.bump === bump).length
    if (width > 0) bar.append(svg('rect', { 'data-bump': bump, x, width, height: 1 }))
    x += width
  }
  return html('div', { class: 'meter' }, bar)
}

function overviewSentence() {
  if (data.nodes.length === 0) return 'No change asks for a release.'
  const origins = data.nodes.filter(hasOwnChange).length
  const follow = data.nodes.length - origins
  const waves = `in ${counted(data.waves.length, 'wave')}`
  if (follow === 0) return `${data.summary}, ${waves}. Each has changes of its own.`
  return `${data.summary}, ${waves}. ${origins} ${origins === 1 ? 'has' : 'have'} changes of ${origins === 1 ? 'its' : 'their'} own, ${follow} follow${follow === 1 ? 's' : ''}.`
}

function legend() {
  const line = (/** @type {string} */ kind) =>
    svg('svg', { viewBox: '0 0 36 14', class: 'legend-line' }, svg('path', { class: `edge ${kind}`, d: 'M1 7 H33' }))
  const dot = svg(
    'svg',
    { viewBox: '0 0 36 14', 'data-bump': 'minor' },
    svg('circle', { class: 'origin', cx: 18, cy: 7, r: 4 }),
  )
  const rows = [
    [line('cause'), 'the new version leaves a range, so the dependent is released'],
    [line('order'), 'only published first'],
    [dot, 'has changes of its own'],
  ]
  return html(
    'dl',
    { class: 'legend' },
    ...rows.flatMap(([sign = '', words = '']) => [html('dt', {}, sign), html('dd', {}, words)]),
  )
}

function facts() {
  const rows = [
    ['rules', data.rules],
    ['sources', data.sources],
    ['commit', data.commit.slice(0, 12)],
    ['id', data.id.slice(0, 19)],
  ]
  const items = rows
    .filter(([, value]) => value !== '')
    .map(([name = '', value = '']) => html('li', {}, name, html('span', { class: 'code' }, value)))
  return html('ul', { class: 'plain' }, ...items)
}
