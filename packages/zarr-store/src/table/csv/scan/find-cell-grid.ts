// Cuts the rows of a CSV without quotes into cells and reads the numbers in them, in one pass over the bytes.

import type { CellGrid } from "../csv-cells.ts";
import { skipLineEnds } from "../csv-error.ts";
import { CELL_KIND, scanDecimal } from "./scan-decimal.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
/** After this many rows, their mean length gives an estimate of the number of rows. */
const FIRST_ROWS = 64;
/** Runs of repeated cells are looked for once per this many rows. */
const ROWS_OF_RUNS = 16;
const NONE = new Float64Array(0);

/** The arrays that rows are written into. When full, they are replaced by longer ones. */
interface Room {
  readonly rows: number;
  readonly starts: Uint32Array;
  readonly kinds: Uint8Array;
  readonly values: readonly Float64Array[];
}

/**
 * Finds the cells of the rows after `headerStop`, where the line of titles ends, and reads the numbers in them.
 *
 * - A cell with the same bytes as the cell above, comma included, ends where that one does and is marked as repeated. Most
 *   cells in the table of an analysis are.
 * - Any other cell is read as a decimal, which finds its end. If the cell goes on, it is searched for a comma or line end.
 * - An empty line is skipped; in a table of one column it is a missing cell.
 *
 * Returns undefined if a row does not have `columnCount` cells or has more than `maxRowBytes`, or if there is a quote or
 * NUL.
 */
export function findCellGrid(
  bytes: Uint8Array,
  headerStop: number,
  columnCount: number,
  maxRowBytes: number,
): (CellGrid & { readonly isAscii: boolean }) | undefined {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const stride = columnCount + 1;
  const mostKinds = new Uint8Array(columnCount);
  let room = makeRoom(FIRST_ROWS, columnCount);
  let { starts, kinds, values } = room;
  const runs = new Uint32Array(columnCount);
  let areRunsStale = false;
  let rowCount = 0;
  let bits = 0;
  for (
    let at = nextRow(bytes, headerStop + 1, columnCount);
    at < length;
    at = nextRow(bytes, at, columnCount)
  ) {
    if (rowCount === room.rows) {
      const likely = Math.ceil((1.05 * (length - headerStop) * rowCount) / (at - headerStop));
      room = makeRoom(Math.max(likely, 2 * rowCount), columnCount, room);
      ({ starts, kinds, values } = room);
    }
    const rowStart = at;
    for (let column = 0; column < columnCount; column++) {
      const cell = rowCount * stride + column;
      const above = cell - stride;
      let run = rowCount === 0 ? 0 : Math.max(1, runs[column] ?? 0);
      while (run > 0 && !areRepeated(view, at, starts[above] ?? 0, starts[above + run] ?? 0)) {
        areRunsStale ||= run > 1;
        run = run > 1 ? 1 : 0;
      }
      if (run > 0) {
        const shift = at - (starts[above] ?? 0);
        for (let index = cell; index < cell + run; index++) {
          starts[index] = (starts[index - stride] ?? 0) + shift;
          kinds[index] = CELL_KIND.repeated;
        }
        at = (starts[above + run] ?? 0) + shift;
        column += run - 1;
        continue;
      }
      starts[cell] = at;
      let stop = scanDecimal(bytes, view, at, values[column] ?? NONE, rowCount, kinds, cell);
      let byte = bytes[stop] ?? LF;
      while (byte !== COMMA && byte !== LF && byte !== CR) {
        if (byte === QUOTE || byte === 0) {
          return undefined;
        }
        kinds[cell] = CELL_KIND.text;
        bits |= byte;
        stop++;
        while (stop + 4 <= length && !hasLowByte(view.getInt32(stop, true))) {
          bits |= view.getInt32(stop, true);
          stop += 4;
        }
        byte = bytes[stop] ?? LF;
      }
      if ((byte === COMMA && stop < length) !== column < columnCount - 1) {
        return undefined;
      }
      mostKinds[column] = Math.max(mostKinds[column] ?? 0, kinds[cell] ?? 0);
      at = stop + 1;
    }
    if (at - 1 - rowStart > maxRowBytes) {
      return undefined;
    }
    starts[rowCount * stride + columnCount] = at;
    if (areRunsStale || rowCount % ROWS_OF_RUNS === 1) {
      findRuns(runs, kinds, rowCount * stride);
      areRunsStale = false;
    }
    rowCount++;
  }
  const isAscii = (bits & 0x80808080) === 0;
  return { bytes, columnCount, rowCount, starts, kinds, mostKinds, values, isAscii };
}

/** Returns where the next row begins. `at` is the byte after the first byte of a line end. */
function nextRow(bytes: Uint8Array, at: number, columnCount: number): number {
  if (columnCount > 1) {
    return skipLineEnds(bytes, at);
  }
  return bytes[at - 1] === CR && bytes[at] === LF ? at + 1 : at;
}

function makeRoom(rows: number, columnCount: number, before?: Room): Room {
  const starts = new Uint32Array(rows * (columnCount + 1));
  const kinds = new Uint8Array(starts.length);
  starts.set(before?.starts ?? []);
  kinds.set(before?.kinds ?? []);
  const values = Array.from({ length: columnCount }, (_, column) => {
    const longer = new Float64Array(rows);
    longer.set(before?.values[column] ?? []);
    return longer;
  });
  return { rows, starts, kinds, values };
}

/** Counts, for each column, how many cells in a row are repeated from it on. */
function findRuns(runs: Uint32Array, kinds: Uint8Array, rowAt: number): void {
  let run = 0;
  for (let column = runs.length - 1; column >= 0; column--) {
    run = kinds[rowAt + column] === CELL_KIND.repeated ? run + 1 : 0;
    runs[column] = run;
  }
}

/** True if a byte of the word is below 0x2d: commas, line ends and quotes are; digits, points and letters are not. */
function hasLowByte(word: number): boolean {
  return ((word - 0x2d2d2d2d) & ~word & 0x80808080) !== 0;
}

/**
 * True if the bytes from `start` on equal those from `other` to `otherStop`. It compares eight at a time as float64, so
 * some equal bytes (those of NaN) count as different. 0 and -0, which compare as equal, need NUL bytes, which are excluded.
 */
function areRepeated(view: DataView, start: number, other: number, otherStop: number): boolean {
  const length = otherStop - other;
  if (start + length > view.byteLength) {
    return false;
  }
  if (length < 4) {
    let at = 0;
    while (at < length && view.getUint8(start + at) === view.getUint8(other + at)) {
      at++;
    }
    return at === length;
  }
  if (length < 8) {
    const last = length - 4;
    return (
      view.getInt32(start) === view.getInt32(other) &&
      view.getInt32(start + last) === view.getInt32(other + last)
    );
  }
  const last = length - 8;
  for (let at = 0; at < last; at += 8) {
    if (view.getFloat64(start + at, true) !== view.getFloat64(other + at, true)) {
      return false;
    }
  }
  return view.getFloat64(start + last, true) === view.getFloat64(other + last, true);
}
