import { logger } from '@chandlery/log'

const log = logger('events')

/** A bus in memory: whoever subscribed to a topic is called in order. */
export function createBus() {
  const handlers = new Map()
  return {
    subscribe(topic, handler) {
      handlers.set(topic, [...(handlers.get(topic) ?? []), handler])
    },
    publish(topic, body) {
      log(`${topic} for ${handlers.get(topic)?.length ?? 0}`)
      for (const handler of handlers.get(topic) ?? []) handler(body)
    },
  }
}
