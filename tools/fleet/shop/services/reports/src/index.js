import { format, share, sum } from '@chandlery/money'
import { createOrder } from '@chandlery/orders-client'

const orders = [createOrder(1, ['rope']), createOrder(2, ['lamp', 'block'])]

export const routes = {
  '/': () => {
    const sold = sum(orders.map((order) => order.cents))
    return { sold: format(sold), tax: format(share(sold, 19)) }
  },
}
