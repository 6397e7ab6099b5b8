// The least and the greatest of columns of small integers: the innermost loop of each ingest.

/** Integers of 8 and 16 bits: the difference of two is far from the ends of 32 bits. */
export type SmallIntegers = Uint8Array | Uint8ClampedArray | Int8Array | Uint16Array | Int16Array;

/** Places of pixels: whole lines from `start` up to `stop`. */
export interface Rows {
  readonly start: number;
  readonly stop: number;
  readonly columns: number;
}

/** What a least and a greatest begin with: above, and below, each small integer. */
export const NO_LEAST = 65_536;
export const NO_GREATEST = -32_769;

export function isSmallIntegers(pixels: object): pixels is SmallIntegers {
  return (
    pixels instanceof Uint16Array ||
    pixels instanceof Uint8Array ||
    pixels instanceof Int16Array ||
    pixels instanceof Int8Array ||
    pixels instanceof Uint8ClampedArray
  );
}

/**
 * Takes rows into the least and the greatest of `count` columns, which lie from `cell` on.
 *
 * Noise defeats the prediction of branches, so it works without: the difference of two such integers, shifted by 31, is all ones
 * where it is negative. Two lines at a time are put in order first, which saves a comparison of each four; two columns at a time
 * keep the processor busy.
 */
export function takeExtremes(
  pixels: SmallIntegers,
  { start, stop, columns }: Rows,
  {
    least,
    greatest,
    cell,
    count,
  }: {
    readonly least: Int32Array;
    readonly greatest: Int32Array;
    readonly cell: number;
    readonly count: number;
  },
): void {
  const isOdd = ((stop - start) / columns) % 2 === 1;
  for (let column = 0; column < count; column += 2) {
    const next = column + 1 < count ? 1 : 0;
    const place = cell + column;
    let low = (least[place] ?? 0) | 0;
    let high = (greatest[place] ?? 0) | 0;
    let nextLow = (least[place + next] ?? 0) | 0;
    let nextHigh = (greatest[place + next] ?? 0) | 0;
    let at = start + column;
    if (isOdd) {
      const value = (pixels[at] ?? 0) | 0;
      const nextValue = (pixels[at + next] ?? 0) | 0;
      low = Math.min(low, value);
      high = Math.max(high, value);
      nextLow = Math.min(nextLow, nextValue);
      nextHigh = Math.max(nextHigh, nextValue);
      at += columns;
    }
    for (; at < stop; at += 2 * columns) {
      const one = (pixels[at] ?? 0) | 0;
      const other = (pixels[at + columns] ?? 0) | 0;
      const nextOne = (pixels[at + next] ?? 0) | 0;
      const nextOther = (pixels[at + columns + next] ?? 0) | 0;
      const order = one - other;
      const swap = order & (order >> 31);
      const nextOrder = nextOne - nextOther;
      const nextSwap = nextOrder & (nextOrder >> 31);
      const below = other + swap - low;
      const above = high - (one - swap);
      const nextBelow = nextOther + nextSwap - nextLow;
      const nextAbove = nextHigh - (nextOne - nextSwap);
      low += below & (below >> 31);
      high -= above & (above >> 31);
      nextLow += nextBelow & (nextBelow >> 31);
      nextHigh -= nextAbove & (nextAbove >> 31);
    }
    least[place] = low;
    greatest[place] = high;
    least[place + next] = nextLow;
    greatest[place + next] = nextHigh;
  }
}

/** How lines are spread over bins: bin `b` of `n` covers the lines from `⌊b · lines / n⌋` up to the first of the next. */
export interface BinnedLines {
  readonly lines: number;
  readonly bins: number;
}

/** The bin of a line. */
export function binOfLine(line: number, { lines, bins }: BinnedLines): number {
  return Math.floor(((line + 1) * bins - 1) / lines);
}

/** Calls `take` for each bin that lines from `firstLine` on touch, with the places of its lines among `pixels`. */
export function forEachBin(
  binned: BinnedLines,
  {
    firstLine,
    lines,
    columns,
  }: { readonly firstLine: number; readonly lines: number; readonly columns: number },
  take: (bin: number, rows: Rows) => void,
): void {
  const end = Math.min(firstLine + lines, binned.lines);
  let line = firstLine;
  while (line < end) {
    const bin = binOfLine(line, binned);
    const stop = Math.min(end, Math.floor(((bin + 1) * binned.lines) / binned.bins));
    take(bin, { start: (line - firstLine) * columns, stop: (stop - firstLine) * columns, columns });
    line = stop;
  }
}
