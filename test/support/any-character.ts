// The characters of Unicode by number, for strings of any of them but half a surrogate pair.

const FIRST_SURROGATE = 0xd800;
const SURROGATES = 0x800;

/** The number of the last character. */
export const LAST_CHARACTER: number = 0x10ffff - SURROGATES;

/**
 * The character with a number. `fc.nat(LAST_CHARACTER).map(characterAt, numberOfCharacter)` generates what fast-check's
 * unit "binary" does, which first fills a map of 1.1 million strings in each process of the tests.
 */
export function characterAt(number: number): string {
  return String.fromCodePoint(number < FIRST_SURROGATE ? number : number + SURROGATES);
}

/** The inverse of {@link characterAt}. Throws a TypeError for anything but one character. */
export function numberOfCharacter(text: unknown): number {
  const codePoint = typeof text === "string" ? text.codePointAt(0) : undefined;
  const number = codePoint === undefined || codePoint < FIRST_SURROGATE ? codePoint : codePoint - SURROGATES;
  if (number === undefined || text !== characterAt(number)) {
    throw new TypeError(`not one character: ${text}`);
  }
  return number;
}
