#!/usr/bin/env node
// The published package holds the bundle; inside this workspace the sources run as they are.
// Written for old versions of Node as well, so that they get a sentence instead of a stack trace.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 22)) {
  process.stderr.write(`topsail needs Node 22.22 or newer, and this is Node ${process.versions.node}.\n`)
  process.exitCode = 2
} else {
  // An import of these would load parts of them that nobody needs here.
  const { existsSync } = process.getBuiltinModule('node:fs')
  process.getBuiltinModule('node:module').enableCompileCache()
  // Most of what planning makes is garbage at once: a young generation that stays small costs no time, and saves a third
  // of the memory where there are a hundred thousand commits. Nor does a plan take so long that the last and dearest
  // compiler pays for itself: without it a fifth of the processor time is saved, and the compiler before it stays.
  // Publishing keeps what it makes until it is answered: there the same costs a tenth of the processor time.
  if (!['publish', 'resume', 'rollback'].includes(process.argv[2])) {
    const { setFlagsFromString } = process.getBuiltinModule('node:v8')
    setFlagsFromString('--semi-space-growth-factor=1')
    setFlagsFromString('--no-turbofan')
  }
  const source = new URL('../src/main.ts', import.meta.url)
  const bundle = new URL('../dist/main.js', import.meta.url)
  await import(existsSync(source) ? source.href : bundle.href)
}
