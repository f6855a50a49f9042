import { findProduct } from '@chandlery/catalog-model'
import { sum } from '@chandlery/money'

/** An order of the products with these ids. */
export function createOrder(number, ids) {
  const lines = ids.map((id) => findProduct(id)).filter((product) => product !== undefined)
  return { number, lines, cents: sum(lines.map((line) => line.cents)) }
}
