/** Helpers for tests of this package and of those above it: workspaces and plans as text. */
export * from './build.ts'
export * from './scenario.ts'
export * from './plan-text.ts'
