import fc from 'fast-check'
import { expect, test } from 'vitest'
import { gitlabProject, noteCommands } from '../testing/gitlab-store.ts'
import { withoutCommands } from './gitlab-text.ts'

/** What a GitLab of the tests takes for commands. */
function commandsIn(text: string): readonly string[] {
  const project = gitlabProject(1, 'a/b', undefined as never)
  noteCommands(project, { id: 1, username: 'mona', name: 'Mona' }, text)
  return project.commands
}

test('a line that begins with a command is text', () => {
  expect(commandsIn('/merge\n  /close')).toEqual(['mona /merge', 'mona /close'])
  expect(withoutCommands('/merge\n  /close\na /path\n> /a')).toBe('\\/merge\n  \\/close\na /path\n> \\/a')
  expect(commandsIn(withoutCommands('/merge\n  /close'))).toEqual([])
})

test('nothing that anybody may write is a command, and nothing changes twice', () => {
  const piece = fc.constantFrom('/', 'merge', '\n', ' ', '`', '```', '~~~', '> ', '- ', '/close @ada', 'text', '\t')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
      const safe = withoutCommands(pieces.join(''))
      expect(commandsIn(safe)).toEqual([])
      expect(withoutCommands(safe)).toBe(safe)
    }),
    { numRuns: 500 },
  )
})
