// Shows what a terminal would obey as text: control characters, and those that turn the direction of text.

/** What a terminal obeys, what turns the direction of text, and what ends a line without being `\n`. */
const OBEYED = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Shows the control characters of a file name as text, so that the terminal does not obey them. */
export function printable(text: string): string {
  return text.replace(OBEYED, numbered);
}

/** The same for a text of several lines. */
export function printableLines(text: string): string {
  return text.replace(OBEYED, (character) => (LAYOUT.has(character) ? character : numbered(character)));
}

const LAYOUT: ReadonlySet<string> = new Set(["\n", "\t"]);

/** The same for what a command shows on a terminal: the colours that kym gives stay. */
export function printableScreen(text: string): string {
  return text
    .split(COLOUR)
    .map((part, index) => (index % 2 === 1 ? part : printableLines(part)))
    .join("");
}

/** Bold, a colour of 256 or of 24 bits, and their ends. */
const COLOUR = /(\p{Cc}\[(?:0|1|22|39|49|[34]8;[25][;\d]*)m)/u;

/** JSON that means the same, with such characters as escapes. */
export function printableJson(json: string): string {
  return json.replace(OBEYED, (character) =>
    LAYOUT.has(character) ? character : `\\u${hexOf(character).padStart(4, "0")}`,
  );
}

function numbered(character: string): string {
  const hex = hexOf(character);
  return hex.length <= 2 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`;
}

function hexOf(character: string): string {
  return character.charCodeAt(0).toString(16);
}
