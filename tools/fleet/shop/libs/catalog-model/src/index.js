import { format } from '@chandlery/money'

export const products = [
  { id: 'rope', title: 'Hemp rope, 20 m', cents: 2450 },
  { id: 'lamp', title: 'Brass lamp', cents: 8900 },
  { id: 'tar', title: 'Stockholm tar, 1 l', cents: 1995 },
  { id: 'block', title: 'Double block', cents: 5600 },
]

export function findProduct(id) {
  return products.find((product) => product.id === id)
}

export function label(product) {
  return `${product.title}, ${format(product.cents)}`
}
