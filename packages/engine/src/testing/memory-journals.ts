/** The journals of one clone in the memory world: texts that a crash may cut off in the middle of a line. */
import { decodeJournal, encodeRecord, type JournalEvent, type JournalRecord } from '@topsail/core'
import { sha256, type Journal } from '../release/journal-file.ts'
import type { JournalStore } from '../release/ports.ts'
import type { Line } from './memory-line.ts'
import type { MemoryClone } from './memory-world.ts'

export function journalsOver(line: Line, clone: MemoryClone): JournalStore {
  return {
    list: async () => [...clone.journals.keys()],
    read: async (release) => clone.journals.get(release)?.text,
    open: (release, text, options) =>
      line.local(`open the journal`, async () => {
        const decoded = decodeJournal(text, sha256)
        if (decoded.kind === 'corrupt') throw new Error(`the journal is corrupt at line ${decoded.line}`)
        const file = { text: text.slice(0, decoded.length) }
        clone.journals.set(release, file)
        return journalIn(file, [...decoded.records], decoded.sum, { line, ...options })
      }),
    forget: (release) => line.local('forget the journal', async () => void clone.journals.delete(release)),
  }
}

const full = 'ENOSPC: an earlier record is missing'

type Appending = { readonly line: Line; readonly fence: number; readonly now: () => Date }

function journalIn(
  file: { text: string },
  records: JournalRecord[],
  begun: string,
  { line, fence, now }: Appending,
): Journal {
  let sum = begun
  let broken = false
  let last: Promise<void> = Promise.resolve()
  const recordOf = (event: JournalEvent, n: number): JournalRecord => {
    const head = { v: 1, n, at: now().toISOString(), fence } as const
    return { ...head, ...event }
  }
  return {
    records,
    append: async (event) => {
      if (broken) throw new Error(full)
      const record = recordOf(event, records.length)
      const encoded = encodeRecord(record, sum, sha256)
      sum = encoded.sum
      records.push(record)
      const about = 'step' in event ? `${event.kind} ${event.step}` : event.kind
      const write = async (): Promise<void> => {
        if (broken) throw new Error(full)
        await line.write(`journal ${about}`, (part) => {
          file.text += part === 'all' ? encoded.line : encoded.line.slice(0, encoded.line.length / 2)
        })
      }
      // One after another, as on a disk: what comes after a record that is missing is not written either.
      const written = last.then(write).catch((error: unknown) => {
        broken = true
        throw error
      })
      last = written.catch(() => {})
      return written
    },
    text: async () => file.text,
    textWith: async (events) => {
      await last
      if (broken) throw new Error(full)
      const decoded = decodeJournal(file.text, sha256)
      if (decoded.kind === 'corrupt') throw new Error(`the journal is corrupt at line ${decoded.line}`)
      let before = decoded.sum
      const lines = events.map((event, index) => {
        const encoded = encodeRecord(recordOf(event, decoded.records.length + index), before, sha256)
        before = encoded.sum
        return encoded.line
      })
      return file.text.slice(0, decoded.length) + lines.join('')
    },
    close: async () => {},
  }
}
