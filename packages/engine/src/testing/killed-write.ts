/**
 * A process that writes the edits given on standard input and is killed before a chosen call: root, number of the call.
 */
import { readFileSync } from 'node:fs'
import { writeAll } from '../version/write.ts'
import { countingDisk } from './tree.ts'

const [root = '', call = ''] = process.argv.slice(2)
const { disk } = countingDisk(Number(call), () => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable')
})
await writeAll({ root, edits: JSON.parse(readFileSync(0, 'utf8')), disk })
