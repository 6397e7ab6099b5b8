// Reads the escapes in JSON strings.

/** Makes the error for unexpected text at a position. */
export type FailAt = (at: number, expected: string, found: string) => Error;

const letters: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["\\", "\\"],
  ["/", "/"],
  ["b", "\b"],
  ["f", "\f"],
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
]);

/** Reads the escape that begins at `at`, or the pair of escapes that make up one character. Returns its end too. */
export function readJsonEscape(text: string, at: number, fail: FailAt): { character: string; end: number } {
  const letter = text.charAt(at + 1);
  if (letter !== "u") {
    const character = letters.get(letter);
    if (character === undefined) {
      throw fail(at, "an escape", letter === "" ? "the end of the text" : `"\\${letter}"`);
    }
    return { character, end: at + 2 };
  }
  const first = readUnit(text, at, fail);
  if (first < 0xd800 || first > 0xdfff) {
    return { character: String.fromCharCode(first), end: at + 6 };
  }
  const second = first < 0xdc00 && text.startsWith("\\u", at + 6) ? readUnit(text, at + 6, fail) : 0;
  if (second < 0xdc00 || second > 0xdfff) {
    throw fail(at, "a pair of surrogates", `a lone surrogate ${formatUnit(first)}`);
  }
  return { character: String.fromCharCode(first, second), end: at + 12 };
}

function readUnit(text: string, at: number, fail: FailAt): number {
  const digits = text.slice(at + 2, at + 6);
  if (!/^[0-9A-Fa-f]{4}$/.test(digits)) {
    throw fail(at, "\\u and four hexadecimal digits", JSON.stringify(`\\u${digits}`));
  }
  return Number.parseInt(digits, 16);
}

/** Writes a UTF-16 code unit as `U+D83D`. */
export function formatUnit(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
