/**
 * What can be measured of the bot, in the form Prometheus reads. Labels hold no names of anybody's repositories.
 */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { DeliveryStore } from './queue/delivery-store.ts'

export type BotMetrics = ReturnType<typeof botMetrics>

export function botMetrics(store: Pick<DeliveryStore, 'counts'>) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const queue = new Gauge({
    name: 'topsail_bot_looks',
    help: 'Pull requests that wait to be looked at, are being looked at, or were given up.',
    labelNames: ['state'],
    registers,
    async collect() {
      for (const [state, count] of Object.entries(await store.counts())) queue.set({ state }, count)
    },
  })
  return {
    type: registry.contentType,
    text: () => registry.metrics(),
    deliveries: new Counter({
      name: 'topsail_bot_deliveries_total',
      help: 'Webhook deliveries, by forge and by what was answered.',
      labelNames: ['forge', 'answer'],
      registers,
    }),
    acknowledgement: new Histogram({
      name: 'topsail_bot_acknowledgement_seconds',
      help: 'From the head of a webhook to its answer.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    }),
    looks: new Counter({
      name: 'topsail_bot_looks_total',
      help: 'Ended looks, by how they ended.',
      labelNames: ['forge', 'outcome'],
      registers,
    }),
    lookDuration: new Histogram({
      name: 'topsail_bot_look_seconds',
      help: 'How long a look took.',
      buckets: [0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
      registers,
    }),
  }
}
