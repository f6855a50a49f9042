/**
 * Text for GitLab, which takes a line that begins with a slash and a word for a command and carries it out on behalf of
 * whoever wrote the text: `/merge` in a note merges. What is posted here quotes commits and changesets, so that no line
 * of it may be one; not even in code, for a fence that is never closed is none.
 */
export function withoutCommands(text: string): string {
  return text.replaceAll(command, '$1\\/')
}

/** Also in a quote or a list, to be sure. */
const command = /^([^\S\n]*(?:[>*+-][^\S\n]*)*)\/(?=[a-z])/gim
