/**
 * The few statistics that the benchmark reports.
 */
export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle]
  const lower = sorted.length % 2 === 0 ? sorted[middle - 1] : upper
  return upper === undefined || lower === undefined ? undefined : (upper + lower) / 2
}

export type Point = { readonly x: number; readonly y: number }
export type Line = {
  readonly intercept: number
  readonly slope: number
  /** The share of the variance that the line explains, 1 at best. */
  readonly r2: number
}

/** Ordinary least squares; undefined below three points, where a line says nothing. */
export function fitLine(points: readonly Point[]): Line | undefined {
  if (points.length < 3) return undefined
  const count = points.length
  const meanX = points.reduce((total, { x }) => total + x, 0) / count
  const meanY = points.reduce((total, { y }) => total + y, 0) / count
  const covariance = points.reduce((total, { x, y }) => total + (x - meanX) * (y - meanY), 0)
  const spreadX = points.reduce((total, { x }) => total + (x - meanX) ** 2, 0)
  const spreadY = points.reduce((total, { y }) => total + (y - meanY) ** 2, 0)
  if (spreadX === 0) return undefined
  const slope = covariance / spreadX
  return { slope, intercept: meanY - slope * meanX, r2: spreadY === 0 ? 1 : covariance ** 2 / (spreadX * spreadY) }
}

/**
 * How cost grows with size: 1 is linear, 2 quadratic. The slope of the logarithms of what each point adds to the
 * smallest, so that the fixed start-up counts for nothing.
 */
export function growthExponent(points: readonly Point[]): number | undefined {
  const [smallest, ...larger] = points.toSorted((a, b) => a.x - b.x)
  if (smallest === undefined) return undefined
  const added = larger
    .map(({ x, y }) => ({ x: x - smallest.x, y: y - smallest.y }))
    .filter(({ x, y }) => x > 0 && y > 0)
  return fitLine(added.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y) })))?.slope
}
