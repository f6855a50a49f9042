import { label, products } from '@chandlery/catalog-model'
import { format, sum } from '@chandlery/money'

export const routes = {
  '/': () => ({ shelf: products.map(label), worth: format(sum(products.map((product) => product.cents))) }),
}
