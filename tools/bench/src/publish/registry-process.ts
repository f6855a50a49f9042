/**
 * A process that holds one empty registry, so that it shares no event loop with whoever publishes. It says where it
 * listens, hands out what it was asked for, and ends with its parent.
 */
import { startRegistry } from '@topsail/engine/testing'
import { recordRequests } from './recorder.ts'

const registry = await startRegistry()
const taken = recordRequests(registry.url)
process.send?.({ url: registry.url, token: registry.token })
process.on('message', () => process.send?.(taken()))
process.on('disconnect', () => void registry.close().finally(() => process.exit()))
