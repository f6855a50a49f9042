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
  if (!['publish', 'resume', 'rollback'].includes(process.argv[2])) settleEngine()
  // What was compiled under one set of V8's settings is of no use under another: the cache is told of them first.
  process.getBuiltinModule('node:module').enableCompileCache()
  const source = new URL('../src/main.ts', import.meta.url)
  const bundle = new URL('../dist/main.js', import.meta.url)
  await import(existsSync(source) ? source.href : bundle.href)
}

/**
 * How V8 runs a plan, which takes a second at most. Publishing runs as Node is set: it keeps what it makes until it is
 * answered, and there the same costs a tenth of the processor time.
 */
function settleEngine() {
  // Node brings its own modules along compiled, for its own settings: those loaded later are compiled anew. Digests are
  // wanted by these commands, and in documents.
  const digests = ['apply', 'add', 'init', '--json', '--markdown', '--html', '-o', '--output']
  const modules = [
    'child_process',
    'tty',
    'zlib',
    ...(process.argv.some((given) => digests.includes(given)) ? ['crypto'] : []),
  ]
  for (const name of modules) process.getBuiltinModule(name)
  const { setFlagsFromString } = process.getBuiltinModule('node:v8')
  // The last and dearest compiler does not pay for itself: without it a fifth of the processor time is saved, and the
  // compiler before it stays.
  setFlagsFromString('--no-turbofan')
  // The compile cache keeps what was compiled while a file was loaded; else each run would compile its functions again.
  setFlagsFromString('--no-lazy')
}
