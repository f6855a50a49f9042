import { setting } from '@chandlery/config'
import { createBus } from '@chandlery/events'

const sent = []
const bus = createBus()
bus.subscribe('parcel.sent', ({ order }) => sent.push(`Order ${order} is on its way.`))

export const routes = {
  '/': () => {
    bus.publish('parcel.sent', { order: 1002 })
    return { from: setting('SENDER', 'shop@chandlery.example'), sent }
  },
}
