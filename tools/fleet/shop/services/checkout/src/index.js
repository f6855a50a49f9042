import { sign } from '@chandlery/auth'
import { createBus } from '@chandlery/events'
import { format } from '@chandlery/money'
import { createOrder } from '@chandlery/orders-client'

const bus = createBus()

export function checkout(ids) {
  const order = createOrder(1001, ids)
  bus.publish('order.placed', order)
  return { order: order.number, to: sign('payments').split('.')[0], total: format(order.cents) }
}

export const routes = {
  '/': () => checkout(['lamp', 'rope']),
}
