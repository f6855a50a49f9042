import { products } from '@chandlery/catalog-model'
import { createBus } from '@chandlery/events'

const stock = new Map(products.map((product) => [product.id, 12]))
const bus = createBus()
bus.subscribe('order.placed', (order) => {
  for (const line of order.lines) stock.set(line.id, stock.get(line.id) - 1)
})

export const routes = {
  '/': () => {
    bus.publish('order.placed', { lines: [{ id: 'rope' }] })
    return Object.fromEntries(stock)
  },
}
