// Decodes the bilevel images of ITU-T T.4 and T.6, which fax machines and scanners write.

import { LegacyIoError } from "../../../errors.ts";
import { damagedFax, FaxBits } from "./fax-bits.ts";
import { FaxLine } from "./fax-line.ts";
import { LONGEST_CODE_BITS, PIXELS_OF_LONG_RUN, runCodes } from "./run-codes.ts";

/** How lines are written. */
export type FaxScheme =
  /** As runs; each line begins at a byte (TIFF 6.0, §10). */
  | { readonly kind: "runs" }
  /** Behind an end of line, as runs or, if so tagged, by the line before (T.4). */
  | { readonly kind: "group3"; readonly isTagged: boolean }
  /** Each by the line before (T.6). */
  | { readonly kind: "group4" };

const BYTES_PER_CHECK = 1 << 16;
const MOST_BYTES = 2 ** 28;
const END_OF_BLOCK = 0x001001;
const END_OF_BLOCK_BITS = 24;
const MODE_BITS = 7;
/** What stands before three bits that name an extension; 111 is uncompressed mode. */
const EXTENSION_OF_MODES = 0b0000001;
const EXTENSION_OF_RUNS = 0b000000001;
const UNCOMPRESSED = 0b111;

const PASS = 100;
const HORIZONTAL = 101;
/** The modes of T.6, table 1: how far the change lies behind the one in the line before, or one of two other modes. */
const MODES: readonly (readonly [code: string, mode: number])[] = [
  ["1", 0],
  ["011", 1],
  ["000011", 2],
  ["0000011", 3],
  ["010", -1],
  ["000010", -2],
  ["0000010", -3],
  ["0001", PASS],
  ["001", HORIZONTAL],
];
const MODE_OF_BITS: ReadonlyMap<number, readonly [mode: number, bits: number]> = new Map(
  MODES.flatMap(([code, mode]) => {
    const rest = MODE_BITS - code.length;
    const first = Number.parseInt(code, 2) << rest;
    return Array.from({ length: 1 << rest }, (_, index) => [first + index, [mode, code.length]] as const);
  }),
);

export interface DecodedFax {
  /** The lines that the data have, up to those asked for. */
  readonly rows: number;
  /** True if there are more of them. */
  readonly hasMore: boolean;
}

/**
 * Decodes lines into `target`, which must be 0: 1 is black, the most significant bit of each byte is the first pixel, and
 * each line begins at a byte. `check` is called now and then, and what it throws is passed on.
 * @throws {LegacyIoError} `invalid_file` for a line that is damaged or cut off, `not_supported` for one in uncompressed mode
 */
export function decodeFax(
  bytes: Uint8Array,
  { width, rows, scheme }: { readonly width: number; readonly rows: number; readonly scheme: FaxScheme },
  target: Uint8Array,
  check: () => void,
): DecodedFax {
  if (bytes.length > MOST_BYTES) {
    throw notRead(`CCITT data of ${bytes.length} bytes in one strip or tile`);
  }
  const bits = new FaxBits(bytes);
  const rowBytes = Math.ceil(width / 8);
  let line = new FaxLine(width);
  let before = new FaxLine(width);
  let checkedAt = 0;
  for (let index = 0; index < rows; index++) {
    const spent = (bits.position >>> 3) + index * rowBytes;
    if (spent - checkedAt > BYTES_PER_CHECK) {
      check();
      checkedAt = spent;
    }
    const how = beginLine(bits, scheme);
    if (how === undefined) {
      return { rows: index, hasMore: false };
    }
    const row = target.subarray(index * rowBytes, (index + 1) * rowBytes);
    line.clear();
    if (how === "runs") {
      readRuns(bits, line, row);
    } else {
      readModes(bits, before, line, row);
    }
    line.close();
    [line, before] = [before, line];
  }
  return { rows, hasMore: hasMore(bits, scheme) };
}

/** How the next line is written; undefined behind the last one. */
function beginLine(bits: FaxBits, scheme: FaxScheme): "runs" | "modes" | undefined {
  switch (scheme.kind) {
    case "runs":
      bits.skipToByte();
      return bits.left === 0 ? undefined : "runs";
    case "group3": {
      const { count, tag } = readEndsOfLine(bits, scheme.isTagged);
      if (count > 1 || bits.isBlank()) {
        return undefined;
      }
      if (scheme.isTagged && count === 0) {
        throw damagedFax("a line without the code before it that says how it is written");
      }
      return scheme.isTagged && tag === 0 ? "modes" : "runs";
    }
    case "group4":
      return bits.left === 0 || bits.peek(END_OF_BLOCK_BITS) === END_OF_BLOCK ? undefined : "modes";
    default:
      return scheme satisfies never;
  }
}

/** Reads ends of line that follow one another: several end the data. A tag of 1 bit behind each says how the line is written. */
function readEndsOfLine(bits: FaxBits, isTagged: boolean): { readonly count: number; readonly tag: number } {
  let count = 0;
  let tag = 1;
  while (bits.skipEndOfLine()) {
    count++;
    if (isTagged) {
      tag = bits.peek(1);
      bits.skip(1);
    }
  }
  return { count, tag };
}

function hasMore(bits: FaxBits, scheme: FaxScheme): boolean {
  switch (scheme.kind) {
    case "runs":
      bits.skipToByte();
      return !bits.isBlank();
    case "group3":
      return readEndsOfLine(bits, scheme.isTagged).count < 2 && !bits.isBlank();
    case "group4":
      return bits.left >= 8 && bits.peek(END_OF_BLOCK_BITS) !== END_OF_BLOCK && !bits.isBlank();
    default:
      return scheme satisfies never;
  }
}

/** Reads a line as runs of white and black in turn, white first. */
function readRuns(bits: FaxBits, line: FaxLine, row: Uint8Array): void {
  while (!line.isWhole) {
    line.endRun(line.at + readRun(bits, line.isBlack), row);
  }
}

/**
 * Reads a line by the runs of the line before. Empty runs of that line count: ImageGear begins lines with two of them, and
 * passes over them in the next.
 */
function readModes(bits: FaxBits, before: FaxLine, line: FaxLine, row: Uint8Array): void {
  let place = 0;
  while (!line.isWhole) {
    const [mode, length] = MODE_OF_BITS.get(bits.peek(MODE_BITS)) ?? [undefined, 0];
    if (mode === undefined) {
      throw unknownCode(bits, EXTENSION_OF_MODES, MODE_BITS);
    }
    bits.skip(length);
    if (mode === HORIZONTAL) {
      line.endRun(line.at + readRun(bits, line.isBlack), row);
      line.endRun(line.at + readRun(bits, line.isBlack), row);
      continue;
    }
    // Until a run has ended, the place before the first pixel counts: a change at that pixel lies behind it.
    place = line.isFresh ? place : before.placeBehind(line.at, line.isBlack, place);
    if (mode === PASS) {
      line.goOn(before.endOf(place + 1), row);
      place += 2;
    } else {
      line.endRun(before.endOf(place) + mode, row);
    }
  }
}

function readRun(bits: FaxBits, isBlack: boolean): number {
  const { white, black } = runCodes();
  const table = isBlack ? black : white;
  let pixels = 0;
  while (true) {
    const entry = table[bits.peek(LONGEST_CODE_BITS)] ?? 0;
    if (entry === 0) {
      throw unknownCode(bits, EXTENSION_OF_RUNS, 9);
    }
    bits.skip(entry & 0xf);
    const run = entry >>> 4;
    pixels += run;
    if (run < PIXELS_OF_LONG_RUN) {
      return pixels;
    }
  }
}

/** The error for bits that do not begin a code. Uncompressed mode, an option of both recommendations, is named. */
function unknownCode(bits: FaxBits, extension: number, extensionBits: number): LegacyIoError {
  const isUncompressed = bits.peek(extensionBits + 3) === ((extension << 3) | UNCOMPRESSED);
  return isUncompressed
    ? notRead("CCITT in uncompressed mode")
    : damagedFax(
        `the bits ${bits.peek(LONGEST_CODE_BITS).toString(2).padStart(LONGEST_CODE_BITS, "0")} at bit ${bits.position} do not begin a code`,
      );
}

function notRead(what: string): LegacyIoError {
  return new LegacyIoError("not_supported", `TIFF tag Compression: ${what} is not supported`, {
    tag: "Compression",
    found: what,
  });
}
