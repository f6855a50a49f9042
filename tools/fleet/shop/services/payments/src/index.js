import { verify, sign } from '@chandlery/auth'
import { createBus } from '@chandlery/events'
import { format } from '@chandlery/money'

const bus = createBus()

export function pay(cents, token) {
  if (verify(token) === undefined) return { paid: false }
  bus.publish('payment.taken', { cents })
  return { paid: true, amount: format(cents) }
}

export const routes = {
  '/': () => pay(11350, sign('checkout')),
}
