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
 * How cost grows with size once a fixed start-up is taken off: 1 is linear, 2 quadratic. The slope of the logarithms,
 * over the points that stand clear of the start-up.
 */
export function growthExponent(points: readonly Point[], startUp: number): number | undefined {
  const clear = points.filter(({ x, y }) => x > 0 && y - startUp > startUp * 0.1)
  return fitLine(clear.map(({ x, y }) => ({ x: Math.log(x), y: Math.log(y - startUp) })))?.slope
}
