// Writes a path so that a shell takes it as one word, for hints that a user may copy.

/**
 * The text as one word of a command line: unchanged if it is plain, otherwise in quotes. Double quotes work in every shell,
 * so single ones are used only where a POSIX shell would read the text inside double quotes as something else.
 */
export function shellWord(text: string): string {
  // A word of a usage line, as `FOLDER`, is plain. So is an ellipsis.
  if (/^[\p{L}\p{N}_@%+=:,./…\\-]+$/u.test(text) && !text.startsWith("-")) {
    return text.includes("\\") && !/^[A-Za-z]:\\|^\\\\/.test(text) ? quoted(text) : text;
  }
  return text.startsWith("-") ? shellWord(`./${text}`) : quoted(text);
}

function quoted(text: string): string {
  return /["$`\\!]/.test(text) ? `'${text.replaceAll("'", "'\\''")}'` : `"${text}"`;
}
