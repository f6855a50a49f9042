/**
 * @topsail/engine/testing: real counterparts for tests and for the demo. Not part of the published package.
 */
export * from './fault-proxy.ts'
export type * from './faults.ts'
export * from './registry.ts'
export * from './repository.ts'
export * from './tree.ts'
