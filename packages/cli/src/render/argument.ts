/**
 * A word for a command line that a person will paste: left as it is when no shell would read anything into it, else
 * in single quotes. Control characters are shown, never passed on, so that what is pasted is what was read.
 */
import { printable } from './text.ts'

export function argument(text: string): string {
  const word = printable(text)
  // A leading hyphen would be taken for an option, a leading tilde for a home folder.
  if (/^[\w@%+=:,./][\w@%+=:,./~^-]*$/.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}
