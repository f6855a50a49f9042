import { products } from '@chandlery/catalog-model'

export function search(text) {
  const wanted = text.toLowerCase()
  return products.filter((product) => product.title.toLowerCase().includes(wanted))
}

export const routes = {
  '/': () => search('rope'),
}
