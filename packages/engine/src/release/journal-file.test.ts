import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { JournalEvent } from '@topsail/core'
import { openJournal, readJournal } from './journal-file.ts'

const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

const options = { fence: 3, now: () => new Date('2026-01-01T00:00:00Z') }
const opened: JournalEvent = {
  kind: 'opened',
  release: 'r1',
  commit: null,
  promotion: 'direct',
  units: [],
  steps: [],
  integrities: {},
}

test('what was appended is in the file, in order, also when many append at once', async () => {
  const path = await journalPath()
  const journal = await openJournal(path, '', options)
  await journal.append(opened)
  await Promise.all(Array.from({ length: 100 }, (_, step) => journal.append(intent(String(step)))))
  const read = await readJournal(path)
  expect(read).toMatchObject({ kind: 'intact', records: journal.records })
  expect(read?.kind === 'intact' && read.records.length).toBe(101)
  await journal.close()
})

test('a torn tail is cut off and the journal goes on after the last whole record', async () => {
  const path = await journalPath()
  const first = await openJournal(path, '', options)
  await first.append(opened)
  await first.close()
  await appendFile(path, '{"sum":"half a rec')
  const again = await openJournal(path, await readFile(path, 'utf8'), { ...options, fence: 4 })
  await again.append(intent('upload:a@1.0.0'))
  await again.close()
  expect(await readJournal(path)).toMatchObject({
    kind: 'intact',
    records: [
      { kind: 'opened', fence: 3 },
      { kind: 'intent', fence: 4, n: 1 },
    ],
  })
})

test('a copy from the remote that knows more than the file replaces it', async () => {
  const [here, there] = [await journalPath(), await journalPath()]
  const old = await openJournal(here, '', options)
  await old.append(opened)
  await old.close()
  const other = await openJournal(there, await readFile(here, 'utf8'), { ...options, fence: 4 })
  await other.append(intent('upload:a@1.0.0'))
  await other.close()
  const journal = await openJournal(here, await readFile(there, 'utf8'), { ...options, fence: 5 })
  await journal.close()
  expect(await readFile(here, 'utf8')).toBe(await readFile(there, 'utf8'))
})

test('after a record that could not be written none is, and the others are kept', async () => {
  const path = await journalPath()
  const journal = await openJournal(path, '', options)
  await journal.append(opened)
  const before = await journal.text()
  await journal.close()
  // A file that is closed takes nothing more.
  const late = await Promise.allSettled([journal.append(intent('a')), journal.append(intent('b'))])
  expect(late.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  await expect(journal.append(intent('c'))).rejects.toThrow()
  expect(await journal.text()).toBe(before)
  expect(await readFile(path, 'utf8')).toBe(before)
})

test('damage in the middle stops everything, and the file is left as it is', async () => {
  const path = await journalPath()
  const journal = await openJournal(path, '', options)
  await journal.append(opened)
  await journal.append(intent('upload:a@1.0.0'))
  await journal.append(intent('upload:b@1.0.0'))
  await journal.close()
  const damaged = (await readFile(path, 'utf8')).replace('upload:a', 'upload:c')
  await writeFile(path, damaged)
  expect(await readJournal(path)).toMatchObject({ kind: 'corrupt', line: 2 })
  await expect(openJournal(path, damaged, options)).rejects.toThrow('line 2')
  expect(await readFile(path, 'utf8')).toBe(damaged)
})

function intent(step: string): JournalEvent {
  return { kind: 'intent', step, evidence: {} }
}

async function journalPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'topsail-journal-'))
  folders.push(folder)
  return join(folder, 'releases', 'r1', 'journal.ndjson')
}
