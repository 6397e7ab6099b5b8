// Settles where the strips and tiles of all pages lie: counts that the file gets wrong, and those that were never written.

import { LegacyIoError } from "../../errors.ts";
import { neededRows, storedRowBytes } from "./page-geometry.ts";
import type { SampleFormat } from "./sample-format.ts";
import { invalidTag } from "./tag-errors.ts";
import type { TiffPage } from "./tiff-page.ts";

/** No pixels can begin before this. An offset of 0 means that the writer never wrote the strip. */
const FILE_HEADER_BYTES = 8;
const MOST_RANGES = 8;

/** Pages whose strips all lie in the file, and what was wrong with their tables, for people. */
export interface SettledPages {
  readonly pages: readonly TiffPage[];
  readonly warnings: readonly string[];
}

/**
 * Checks the strips and tiles of all pages, and replaces byte counts that cannot be right:
 *
 * - Uncompressed strips have the size that follows from width, rows and bits, if that meets no other strip.
 * - A compressed strip without a count, or with one beyond the end of the file, ends at the next strip or at the end.
 * - An offset and a count of 0 stand for pixels that were never written. They are warned about; a file without any others is
 *   refused.
 * @throws {LegacyIoError} `invalid_file` for pixels that do not lie in the file
 */
export function settleSegments(
  stored: readonly TiffPage[],
  directoryOffsets: readonly number[],
  fileBytes: number,
): SettledPages {
  const warnings: string[] = [];
  let neighbours: readonly Segment[] | undefined;
  const settled = stored.map((page) => {
    let byteCounts = page.byteCounts;
    let replaced = 0;
    for (let index = 0; index < page.offsets.length; index++) {
      const offset = page.offsets[index] ?? 0;
      const said = page.byteCounts[index];
      if (offset === 0 && said === 0) {
        continue;
      }
      const byteCount = said === undefined || Number.isNaN(said) ? 0 : said;
      const needed = neededBytes(page, index);
      const isPlain = page.codec.name === "none";
      if (isPlain && page.format.areBitsAssumed === true && byteCount !== needed) {
        throw bitsAreUnknown(page.format);
      }
      if (isPlain && page.isCompressionAssumed === true && !isPlainSize(page, byteCount, needed)) {
        throw invalidTag(
          "Compression",
          `a number, because a strip of ${needed} bytes of pixels has ${byteCount}`,
          undefined,
        );
      }
      let count = byteCount;
      if (byteCount > fileBytes - offset || byteCount === 0 || (isPlain && byteCount < needed)) {
        neighbours ??= segmentsOf(stored, directoryOffsets);
        count = isPlain ? freeBytes(neighbours, offset, needed) : bytesToNext(neighbours, offset, fileBytes);
        // The strip may be cut off, in which case the file's own count is the one to report.
        count = count === 0 || count > fileBytes - offset ? byteCount : count;
        if (count !== byteCount) {
          byteCounts = byteCounts === page.byteCounts ? Float64Array.from(byteCounts) : byteCounts;
          byteCounts[index] = count;
          replaced++;
        }
      }
      checkSegment(page, index, offset, count, needed, fileBytes);
    }
    if (replaced > 0) {
      const name = page.isTiled ? "TileByteCounts" : "StripByteCounts";
      const how =
        page.codec.name === "none" ? "computed from the size of the page" : "taken from what follows";
      warnings.push(
        `TIFF tag ${name}: ${replaced} of ${page.offsets.length} counts are absent or wrong: ${how}`,
      );
    }
    if (isPlainPage(page) && (replaced > 0 || page.warnings.length > 0)) {
      neighbours ??= segmentsOf(stored, directoryOffsets);
      checkOverlaps(neighbours, page);
    }
    return byteCounts === page.byteCounts ? page : { ...page, byteCounts };
  });
  warnings.push(...warnUnwritten(settled));
  return { pages: settled, warnings };
}

/** The error for a page whose data are not as many as the bits take that `BitsPerSample` leaves out, or says for other samples. */
export function bitsAreUnknown({ bits, layout }: Partial<SampleFormat> = {}): LegacyIoError {
  return layout === undefined || layout === "packed"
    ? invalidTag("BitsPerSample", "a number, because its strips hold more than one bit per sample", undefined)
    : invalidTag(
        "BitsPerSample",
        "one number per sample, because its strips have another size",
        `more of ${bits}`,
      );
}

/** Whether a byte count is that of pixels without compression: of its rows or of a full strip, padded to an even number. */
function isPlainSize(page: TiffPage, byteCount: number, needed: number): boolean {
  const full = storedRowBytes(page) * page.tileHeight;
  return (
    byteCount === 0 || [needed, full].some((size) => byteCount === size || byteCount === size + (size % 2))
  );
}

/** True for a strip or tile that was never written. */
export function isUnwritten({ offsets }: TiffPage, index: number): boolean {
  return offsets[index] === 0;
}

/** The bytes that a tile must decode to, as the file stores them. */
export function neededBytes(page: TiffPage, index: number): number {
  return storedRowBytes(page) * neededRows(page, index);
}

function isPlainPage({ codec }: TiffPage): boolean {
  return codec.name === "none";
}

interface Segment {
  readonly offset: number;
  /** One past the last byte that it must have; the same as `offset` for a directory. */
  readonly end: number;
}

function segmentsOf(pages: readonly TiffPage[], directoryOffsets: readonly number[]): readonly Segment[] {
  const segments = directoryOffsets.map((offset): Segment => ({ offset, end: offset }));
  for (const page of pages) {
    const isPlain = isPlainPage(page);
    for (const [index, offset] of page.offsets.entries()) {
      if (offset > 0) {
        const sizeBytes = isPlain ? neededBytes(page, index) : page.byteCounts[index] || 0;
        segments.push({ offset, end: offset + sizeBytes });
      }
    }
    segments.push(...page.furtherOffsets.map((offset): Segment => ({ offset, end: offset + 1 })));
  }
  return segments.sort((a, b) => a.offset - b.offset);
}

/** Where in the sorted segments those begin that do not begin before an offset. */
function placeOf(segments: readonly Segment[], offset: number): number {
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.offset ?? 0) < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/** `needed`, or 0 if as many bytes at `offset` meet another strip or a directory. */
function freeBytes(segments: readonly Segment[], offset: number, needed: number): number {
  const place = placeOf(segments, offset);
  const before = segments[place - 1];
  const next = segments[place + 1];
  const isFree =
    (before === undefined || before.end <= offset) && (next?.offset ?? Infinity) >= offset + needed;
  return isFree ? needed : 0;
}

/** The bytes from `offset` to whatever begins next in the file. */
function bytesToNext(segments: readonly Segment[], offset: number, fileBytes: number): number {
  const next = segments[placeOf(segments, offset + 1)]?.offset ?? fileBytes;
  return Math.min(next, fileBytes) - offset;
}

/** Where a directory is damaged, strips that overlap say that their offsets are damaged too. */
function checkOverlaps(segments: readonly Segment[], page: TiffPage): void {
  const name = page.isTiled ? "TileOffsets" : "StripOffsets";
  for (const [index, { offset, end }] of segments.entries()) {
    const next = segments[index + 1]?.offset ?? end;
    if (next < end && next !== offset) {
      const message = `TIFF tag ${name}: the pixels at offset ${offset} end at ${end}, behind the beginning of others at ${next}`;
      throw new LegacyIoError("invalid_file", message, { tag: name, offset, expected: next, found: end });
    }
  }
}

function checkSegment(
  page: TiffPage,
  index: number,
  offset: number,
  byteCount: number,
  needed: number,
  fileBytes: number,
): void {
  const name = page.isTiled ? "Tile" : "Strip";
  if (byteCount === 0 || offset < FILE_HEADER_BYTES || byteCount > fileBytes - offset) {
    throw new LegacyIoError(
      "invalid_file",
      `TIFF ${name.toLowerCase()} ${index}: ${byteCount} bytes at offset ${offset} do not lie between the header and the end of a file of ${fileBytes} bytes`,
      { tag: `${name}Offsets`, offset, expected: byteCount, found: Math.max(0, fileBytes - offset) },
    );
  }
  if (needed > byteCount * page.codec.maxRatio) {
    throw new LegacyIoError(
      "invalid_file",
      `TIFF ${name.toLowerCase()} ${index}: ${byteCount} bytes cannot hold the ${needed} bytes of its pixels`,
      { tag: `${name}ByteCounts`, offset, expected: needed, found: byteCount },
    );
  }
}

/** Says how many strips were never written and which lines they are. Throws if there are no others. */
function warnUnwritten(pages: readonly TiffPage[]): readonly string[] {
  let total = 0;
  let unwritten = 0;
  const warnings = pages.flatMap((page, number) => {
    const lines = unwrittenLines(page);
    total += page.offsets.length;
    unwritten += lines.count;
    if (lines.count === 0) {
      return [];
    }
    const of = pages.length === 1 ? "" : ` of page ${number}`;
    const name = page.isTiled ? "tiles" : "strips";
    return [
      `${lines.count} of ${page.offsets.length} ${name}${of} were never written: lines ${lines.text} are ${page.fill.text}${page.isTiled ? " there" : ""}`,
    ];
  });
  if (unwritten > 0 && unwritten === total) {
    const [first] = pages;
    const tag = first?.isTiled === true ? "TileOffsets" : "StripOffsets";
    throw new LegacyIoError(
      "invalid_file",
      `TIFF tag ${tag}: the pixels were never written: every offset is 0`,
      {
        tag,
        found: 0,
      },
    );
  }
  return warnings;
}

function unwrittenLines(page: TiffPage): { readonly count: number; readonly text: string } {
  const across = Math.ceil(page.width / page.tileWidth);
  const down = Math.ceil(page.height / page.tileHeight);
  const rows = new Set<number>();
  let count = 0;
  for (let index = 0; index < page.offsets.length; index++) {
    if (isUnwritten(page, index)) {
      count++;
      rows.add(Math.floor(index / across) % down);
    }
  }
  const ranges: [number, number][] = [];
  for (const row of [...rows].sort((a, b) => a - b)) {
    const [first, last] = [row * page.tileHeight, Math.min(page.height, (row + 1) * page.tileHeight) - 1];
    const open = ranges.at(-1);
    if (open !== undefined && open[1] + 1 === first) {
      open[1] = last;
    } else {
      ranges.push([first, last]);
    }
  }
  const shown = ranges
    .slice(0, MOST_RANGES)
    .map(([first, last]) => (first === last ? `${first}` : `${first} to ${last}`));
  const more = ranges.length > MOST_RANGES ? ` and ${ranges.length - MOST_RANGES} more ranges` : "";
  return { count, text: `${shown.join(", ")}${more}` };
}
