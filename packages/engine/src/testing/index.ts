/**
 * @topsail/engine/testing: real counterparts for tests and for the demo. Not part of the published package.
 */
export * from './crash-entrances.ts'
export * from './crash-explorer.ts'
export * from './crash.ts'
export { hasDockerRegistry, startDockerRegistry, type DockerRegistry } from './docker-registry.ts'
export * from './fault-proxy.ts'
export type * from './faults.ts'
export * from './forge-faults.ts'
export type { Clone } from './forge-access.ts'
export * from './forge-rig.ts'
export * from './gitlab-rig.ts'
export * from './packed-integrities.ts'
export * from './random-numbers.ts'
export * from './registry.ts'
export * from './release-shapes.ts'
export * from './repository.ts'
export * from './tree.ts'
