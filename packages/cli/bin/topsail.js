#!/usr/bin/env node
// The published package holds the bundle; inside this workspace the sources run as they are.
import { existsSync } from 'node:fs'
import module from 'node:module'

module.enableCompileCache?.()
const bundle = new URL('../dist/main.js', import.meta.url)
const source = new URL('../src/main.ts', import.meta.url)
await import(existsSync(source) ? source.href : bundle.href)
