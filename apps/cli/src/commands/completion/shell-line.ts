// Splits the line that a user is typing as a shell does, up to the word at the cursor.

/** The words before the cursor's, and the one at the cursor, which may be empty. */
export interface ShellLine {
  readonly before: readonly string[];
  readonly prefix: string;
  /** The word at the cursor as it is typed, with its quotes and backslashes. */
  readonly rawPrefix: string;
}

/** Splits at spaces outside quotes. A quote that is still open ends with the line. */
export function parseShellLine(line: string): ShellLine {
  const before: string[] = [];
  let word = "";
  let start: number | undefined;
  let quote = "";
  for (let index = 0; index < line.length; index += 1) {
    const char = line.charAt(index);
    if (quote === "" && /\s/.test(char)) {
      if (start !== undefined) {
        before.push(word);
      }
      [word, start] = ["", undefined];
      continue;
    }
    start ??= index;
    if (char === quote) {
      quote = "";
    } else if (quote === "" && (char === '"' || char === "'")) {
      quote = char;
    } else if (char === "\\" && quote !== "'") {
      index += 1;
      word += line.charAt(index);
    } else {
      word += char;
    }
  }
  return { before, prefix: word, rawPrefix: start === undefined ? "" : line.slice(start) };
}
