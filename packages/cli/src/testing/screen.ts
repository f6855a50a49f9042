/** What a terminal shows of a text: cursor up, clear, colours and line feeds; lines longer than it is wide are broken. */
export function screenOf(text: string, columns = 200): readonly string[] {
  const lines: string[] = ['']
  let row = 0
  // oxlint-disable-next-line no-control-regex
  for (const [, command, printed] of text.matchAll(/(\u001b\[\d*[A-Za-z]|\r|\n)|([^\u001b\r\n]+)/g)) {
    if (printed !== undefined) {
      const line = (lines[row] ?? '') + printed
      for (let at = 0; at < line.length; at += columns) {
        lines[row] = line.slice(at, at + columns)
        if (at + columns < line.length) row += 1
      }
    } else if (command === '\n') lines[(row += 1)] ??= ''
    else if (command?.endsWith('A') === true) row = Math.max(0, row - Number(command.slice(2, -1)))
    else if (command?.endsWith('J') === true) lines.splice(row, lines.length, '')
  }
  return lines
}
