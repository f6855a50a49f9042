import { findProduct } from '@chandlery/catalog-model'
import { format, sum } from '@chandlery/money'

export function total(ids) {
  return sum(ids.map((id) => findProduct(id)?.cents ?? 0))
}

export const routes = {
  '/': () => ({ items: ['rope', 'tar'], total: format(total(['rope', 'tar'])) }),
}
