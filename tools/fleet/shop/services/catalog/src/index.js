import { findProduct, products } from '@chandlery/catalog-model'

export const routes = {
  '/': () => products,
  '/newest': () => findProduct('block'),
}
