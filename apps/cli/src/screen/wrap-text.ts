// Wraps long lines between words, so that the terminal does not break them inside one.

import { textWidth } from "./text-width.ts";

/** A label in front of a text, with its spaces: `  scale     `, `  12  `. */
const LABEL = /^ {0,12}\S{1,16}(?: \S{1,16})? {2,}(?=\S)/;
const STEP = 2;
/** A text that has less room than this is not indented further. */
const LEAST_ROOM = 24;

/**
 * The text as a terminal shows it: each long line goes on below its own text, and words stay whole. In a pipe it is
 * unchanged.
 *
 * A word wider than the terminal, such as a path, is broken after a `/`. A word without a `/` is broken anywhere.
 */
export function wrapText(
  text: string,
  { outIsTty, width }: { readonly outIsTty: boolean; readonly width: number },
): string {
  return outIsTty ? wrapLines(text, width) : text;
}

/** The same to a width in characters. */
export function wrapLines(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => (textWidth(line) <= width ? line : wrapLine(line, width)))
    .join("\n");
}

function wrapLine(line: string, width: number): string {
  const [label = ""] = LABEL.exec(line) ?? [];
  const [leading = ""] = /^ */.exec(line) ?? [];
  const hanging = label === "" ? leading.length + STEP : textWidth(label);
  const indent = " ".repeat(width - hanging < LEAST_ROOM ? Math.min(STEP, width - 1) : hanging);
  const lines: string[] = [];
  let current = label === "" ? leading : label;
  let isEmpty = true;
  const flush = (): void => {
    lines.push(current.trimEnd());
    current = indent;
    isEmpty = true;
  };
  for (const word of line.slice(current.length).split(/ +/)) {
    let rest = word;
    const space = isEmpty ? "" : " ";
    if (!isEmpty && textWidth(current + space + rest) > width) {
      flush();
    }
    while (textWidth(current + (isEmpty ? "" : " ") + rest) > width) {
      const end = breakOf(rest, width - textWidth(current));
      current += rest.slice(0, end);
      rest = rest.slice(end);
      flush();
    }
    current += `${isEmpty ? "" : " "}${rest}`;
    isEmpty = false;
  }
  return [...lines, current].join("\n");
}

/** How much of a word that is too long stands on one line. */
function breakOf(word: string, room: number): number {
  let end = 0;
  let slash = 0;
  for (const character of word) {
    if (textWidth(word.slice(0, end + character.length)) > room) {
      break;
    }
    end += character.length;
    if (character === "/") {
      slash = end;
    }
  }
  // A line holds at least one character, however narrow it is.
  return slash > 0 ? slash : Math.max(end, [...word][0]?.length ?? 1);
}
