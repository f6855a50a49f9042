import { createBus } from '@chandlery/events'
import { format } from '@chandlery/money'
import { createOrder } from '@chandlery/orders-client'

const orders = []
const bus = createBus()
bus.subscribe('order.placed', (order) => orders.push(order))

export const routes = {
  '/': () => {
    bus.publish('order.placed', createOrder(1000 + orders.length, ['block', 'tar']))
    return orders.map((order) => ({ number: order.number, total: format(order.cents) }))
  },
}
