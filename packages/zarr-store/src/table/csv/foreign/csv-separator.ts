// Finds what separates the cells of a CSV: commas, semicolons or tabs. The line of titles decides.

import { skipLineEnds } from "../csv-error.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

/** The codes of the characters that may stand between two cells. */
export const SEPARATORS = { comma: 0x2c, semicolon: 0x3b, tab: 0x09 } as const;

/** Where the titles begin, and what may separate them. */
export interface CsvStart {
  readonly textStart: number;
  /** The separators that the line of titles has outside quotes, the most frequent first. Never empty: a comma if it has none. */
  readonly separators: readonly number[];
}

/** In this order if they are equally frequent. */
const IN_ORDER: readonly number[] = [SEPARATORS.comma, SEPARATORS.tab, SEPARATORS.semicolon];

/**
 * Looks at the line of titles. A line `sep=;` before it, which Excel reads and writes, names the separator and is passed over.
 *
 * @param textStart the offset of the first byte after a byte order mark
 */
export function startOfCsv(bytes: Uint8Array, textStart: number): CsvStart {
  const headerStart = skipLineEnds(bytes, textStart);
  const named = namedSeparator(bytes, headerStart);
  if (named !== undefined) {
    return { textStart: headerStart + named.lengthBytes, separators: [named.separator] };
  }
  const counts = new Map<number, number>();
  let isQuoted = false;
  for (let at = headerStart; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (!isQuoted && (byte === LF || byte === CR)) {
      break;
    }
    if (byte === QUOTE) {
      isQuoted = !isQuoted;
    } else if (!isQuoted && IN_ORDER.includes(byte)) {
      counts.set(byte, (counts.get(byte) ?? 0) + 1);
    }
  }
  const found = IN_ORDER.filter((code) => counts.has(code));
  found.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0));
  return { textStart, separators: found.length === 0 ? [SEPARATORS.comma] : found };
}

/** Reads the line `sep=X`, with or without quotes. */
function namedSeparator(
  bytes: Uint8Array,
  start: number,
): { readonly separator: number; readonly lengthBytes: number } | undefined {
  const [line = "", separator = ""] =
    /^"?sep=([,;\t])"?(?=\r|\n|$)/i.exec(String.fromCharCode(...bytes.subarray(start, start + 16))) ?? [];
  return line === "" ? undefined : { separator: separator.charCodeAt(0), lengthBytes: line.length };
}

/**
 * The same text with commas in place of another separator, for the fast reader. Undefined if it has a quote or a comma.
 */
export function withCommas(bytes: Uint8Array, separator: number): Uint8Array | undefined {
  if (bytes.includes(QUOTE) || bytes.includes(SEPARATORS.comma)) {
    return undefined;
  }
  const replaced = bytes.slice();
  for (let at = replaced.indexOf(separator); at >= 0; at = replaced.indexOf(separator, at + 1)) {
    replaced[at] = SEPARATORS.comma;
  }
  return replaced;
}
