/**
 * A process that writes the edits given on standard input and is killed before a chosen call: root, number of the call.
 * With `wait` in the number's place it says when everything is written, and then waits to be ended.
 */
import { readFileSync } from 'node:fs'
import { writeAll } from '../version/write.ts'
import { countingDisk } from './tree.ts'

const [root = '', call = ''] = process.argv.slice(2)
const { disk } = countingDisk(call === 'wait' ? Infinity : Number(call), () => {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable')
})
const afterwards = async (): Promise<void> => {
  if (call !== 'wait') return
  process.stdout.write('written\n')
  await new Promise((resolve) => setTimeout(resolve, 60_000))
}
await writeAll({ root, edits: JSON.parse(readFileSync(0, 'utf8')), disk, afterwards })
