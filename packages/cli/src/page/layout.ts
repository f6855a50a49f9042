/**
 * Places a release graph in columns, one column or more per release wave, dependencies left of their dependents.
 * Two steps, both linear in nodes and edges per sweep: order each column so that few edges cross (barycentres), then
 * give each node a height close to its neighbours', keeping the order and the distance (isotonic regression).
 * The same graph always gives the same picture.
 */
export type LayoutEdge = { readonly from: number; readonly to: number }

export type LayoutOptions = {
  readonly nodeWidth: number
  readonly nodeHeight: number
  readonly columnGap: number
  /** Between the columns of one wave that is too tall for a single one. */
  readonly subColumnGap: number
  readonly rowGap: number
  readonly margin: number
  /** Above the columns, for their headings. */
  readonly headroom: number
}

export type PlacedWave = { readonly x: number; readonly width: number; readonly nodes: readonly number[] }

export type Layout = {
  readonly width: number
  readonly height: number
  /** By node number. */
  readonly places: readonly { readonly x: number; readonly y: number }[]
  readonly waves: readonly PlacedWave[]
}

/** `waves` holds node numbers; every number from 0 up stands in exactly one wave. */
export function layoutWaves(
  waves: readonly (readonly number[])[],
  edges: readonly LayoutEdge[],
  options: LayoutOptions,
): Layout {
  const count = waves.reduce((sum, wave) => sum + wave.length, 0)
  const neighbours = neighboursOf(count, edges)
  const ordered = orderWaves(waves, neighbours)
  const rows = rowsPerColumn(count)
  const columns = ordered.map((wave) => deal(wave, rows))
  const heights = settleHeights(columns.flat(), neighbours, options.nodeHeight + options.rowGap)
  return place(columns, heights, options)
}

type Neighbours = { readonly before: readonly (readonly number[])[]; readonly after: readonly (readonly number[])[] }

function neighboursOf(count: number, edges: readonly LayoutEdge[]): Neighbours {
  const before: number[][] = Array.from({ length: count }, () => [])
  const after: number[][] = Array.from({ length: count }, () => [])
  for (const { from, to } of edges) {
    after[from]?.push(to)
    before[to]?.push(from)
  }
  return { before, after }
}

const sweeps = 6

function orderWaves(
  waves: readonly (readonly number[])[],
  { before, after }: Neighbours,
): readonly (readonly number[])[] {
  const ordered = waves.map((wave) => [...wave])
  const rank: number[] = []
  const note = (wave: readonly number[]): void => {
    wave.forEach((node, index) => {
      rank[node] = (index + 0.5) / wave.length
    })
  }
  ordered.forEach(note)
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const down = sweep % 2 === 0
    for (const wave of down ? ordered : ordered.toReversed()) {
      const wanted = new Map(
        wave.map((node) => [node, meanOf((down ? before : after)[node] ?? [], rank) ?? rank[node] ?? 0]),
      )
      wave.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || a - b)
      note(wave)
    }
  }
  return ordered
}

/** Tall enough to keep a wave together, not so tall that a big plan becomes one endless column. */
function rowsPerColumn(count: number): number {
  return Math.max(12, Math.ceil(Math.sqrt(count) * 2))
}

/** Dealt out in turn, so that the columns of a wave are of one length and neighbours in the order stay near. */
function deal(wave: readonly number[], rows: number): readonly (readonly number[])[] {
  const parts = Math.max(1, Math.ceil(wave.length / rows))
  return Array.from({ length: parts }, (_, part) => wave.filter((_node, index) => index % parts === part))
}

function settleHeights(
  columns: readonly (readonly number[])[],
  { before, after }: Neighbours,
  step: number,
): readonly number[] {
  const heights: number[] = []
  for (const column of columns) {
    column.forEach((node, index) => {
      heights[node] = (index - (column.length - 1) / 2) * step
    })
  }
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    for (const column of sweep % 2 === 0 ? columns : columns.toReversed()) {
      const wanted = column.map((node) => {
        const near = meanOf([...(before[node] ?? []), ...(after[node] ?? [])], heights)
        // Columns stay around the middle line, so that a long one does not drift away.
        return (near ?? heights[node] ?? 0) * 0.9
      })
      spread(wanted, step).forEach((height, index) => {
        heights[column[index] ?? 0] = height
      })
    }
  }
  return heights
}

/** The heights nearest to the wanted ones (least squares) that keep the order and are at least `step` apart. */
export function spread(wanted: readonly number[], step: number): readonly number[] {
  const blocks: { sum: number; size: number }[] = []
  wanted.forEach((height, index) => {
    let block = { sum: height - index * step, size: 1 }
    for (let last = blocks.at(-1); last && last.sum / last.size > block.sum / block.size; last = blocks.at(-1)) {
      block = { sum: block.sum + last.sum, size: block.size + last.size }
      blocks.pop()
    }
    blocks.push(block)
  })
  return blocks
    .flatMap(({ sum, size }) => Array.from({ length: size }, () => sum / size))
    .map((base, index) => base + index * step)
}

function place(
  columns: readonly (readonly (readonly number[])[])[],
  heights: readonly number[],
  options: LayoutOptions,
): Layout {
  const top = heights.reduce((least, height) => Math.min(least, height), Number.POSITIVE_INFINITY)
  const bottom = heights.reduce((most, height) => Math.max(most, height), 0)
  const places: { x: number; y: number }[] = []
  const waves: PlacedWave[] = []
  let x = options.margin
  for (const wave of columns) {
    const start = x
    for (const column of wave) {
      for (const node of column) places[node] = { x, y: Math.round(options.headroom + (heights[node] ?? 0) - top) }
      x += options.nodeWidth + options.subColumnGap
    }
    const width = x - options.subColumnGap - start
    waves.push({ x: start, width, nodes: wave.flat() })
    x = start + width + options.columnGap
  }
  return {
    width: Math.max(0, x - options.columnGap) + options.margin,
    height:
      options.headroom + (heights.length === 0 ? 0 : Math.round(bottom - top) + options.nodeHeight) + options.margin,
    places,
    waves,
  }
}

function meanOf(nodes: readonly number[], values: readonly number[]): number | undefined {
  if (nodes.length === 0) return undefined
  return nodes.reduce((sum, node) => sum + (values[node] ?? 0), 0) / nodes.length
}
