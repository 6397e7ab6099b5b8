// Finds what stands between the cells of a CSV, and puts commas there.

/** A CSV with commas between its cells. */
export interface CommaCells {
  readonly bytes: Uint8Array;
  readonly separator: "," | ";" | "\t";
  /** The text of a title or cell as the file has it. */
  readonly asWritten: (text: string) => string;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const LINE_ENDS: readonly number[] = [0x0a, 0x0d];
/** Of two that stand equally often in a line, the first counts: a title has a comma in it sooner than a tab. */
const SEPARATORS = ["\t", ",", ";"] as const;
/** Separators of ASCII that no table has in its text. One stands for a comma in a cell without quotes. */
const STAND_INS: readonly number[] = [0x1f, 0x1e, 0x1d, 0x1c];

/**
 * Returns a CSV with commas between its cells, as the readers of this project want it. The separator is the one of comma, semicolon and
 * tab that stands most often between the titles; what is in quotes does not count.
 *
 * @throws {Error} if a file without commas has every character that could stand for one
 */
export function cellsWithCommas(bytes: Uint8Array): CommaCells {
  const separator = separatorOf(bytes);
  if (separator === ",") {
    return { bytes, separator, asWritten: (text) => text };
  }
  const standIn = STAND_INS.find((code) => !bytes.includes(code));
  if (standIn === undefined) {
    throw new Error(
      `there are control characters in its cells, and ${JSON.stringify(separator)} between them`,
    );
  }
  const between = separator.charCodeAt(0);
  const commas = Uint8Array.from(bytes);
  forEachBare(bytes, (code, at) => {
    commas[at] = code === between ? COMMA : code === COMMA ? standIn : code;
  });
  const [mark, hasMark] = [String.fromCharCode(standIn), commas.includes(standIn)];
  return { bytes: commas, separator, asWritten: (text) => (hasMark ? text.replaceAll(mark, ",") : text) };
}

function separatorOf(bytes: Uint8Array): CommaCells["separator"] {
  const counts = new Map<number, number>();
  forEachBare(bytes, (code) => {
    counts.set(code, (counts.get(code) ?? 0) + 1);
    return !LINE_ENDS.includes(code);
  });
  const countOf = (separator: string): number => counts.get(separator.charCodeAt(0)) ?? 0;
  const most = SEPARATORS.reduce((best, each) => (countOf(each) > countOf(best) ? each : best));
  return countOf(most) === 0 ? "," : most;
}

/** Visits the bytes outside quotes, until `visit` says false. A quote opens only at the beginning of a cell. */
function forEachBare(bytes: Uint8Array, visit: (code: number, at: number) => unknown): void {
  const starts = new Set([...LINE_ENDS, ...SEPARATORS.map((each) => each.charCodeAt(0))]);
  const first = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  let isQuoted = false;
  for (let at = first; at < bytes.length; at++) {
    const code = bytes[at] ?? 0;
    const before = bytes[at - 1] ?? 0;
    if (code === QUOTE && (isQuoted || at === first || starts.has(before))) {
      isQuoted = !isQuoted;
    } else if (code === QUOTE && before === QUOTE) {
      // Of two quotes in a cell, the first closed it.
      isQuoted = true;
    } else if (!isQuoted && visit(code, at) === false) {
      return;
    }
  }
}
