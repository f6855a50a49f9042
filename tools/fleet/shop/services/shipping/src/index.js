import { createBus } from '@chandlery/events'
import { createOrder } from '@chandlery/orders-client'

const bus = createBus()

export function ship(order) {
  bus.publish('parcel.sent', { order: order.number })
  return { order: order.number, parcels: Math.ceil(order.lines.length / 2) }
}

export const routes = {
  '/': () => ship(createOrder(1002, ['rope', 'lamp', 'tar'])),
}
