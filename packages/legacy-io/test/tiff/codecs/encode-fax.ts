import { LONGEST_CODE_BITS, PIXELS_OF_LONG_RUN, runCodes } from "../../../src/tiff/codecs/ccitt/run-codes.ts";

/** Lines of pixels: true is black. */
export type Pixels = readonly (readonly boolean[])[];

export type FaxKind = "rle" | "t4" | "t4-2d" | "t6";

const LONGEST_RUN = 2560;
const END_OF_LINE = "000000000001";
const VERTICAL = ["0000010", "000010", "010", "1", "011", "000011", "0000011"];
/** T.4 wants a line of runs at least every so many lines. */
const LINES_OF_RUNS = 4;

/** Encodes lines as ITU-T T.4 and T.6 say, as text of bits. Ends of the whole are left out on demand, as some writers do. */
export function faxBits(pixels: Pixels, kind: FaxKind, hasEnd = true): string {
  let text = "";
  let before: readonly boolean[] = pixels[0]?.map(() => false) ?? [];
  for (const [index, line] of pixels.entries()) {
    if (kind === "rle") {
      text += runsOf(line);
      text = text.padEnd(Math.ceil(text.length / 8) * 8, "0");
    } else if (kind === "t4") {
      text += END_OF_LINE + runsOf(line);
    } else if (kind === "t6") {
      text += modesOf(line, before);
    } else {
      const isRuns = index % LINES_OF_RUNS === 0;
      text += `${END_OF_LINE}${isRuns ? 1 : 0}${isRuns ? runsOf(line) : modesOf(line, before)}`;
    }
    before = line;
  }
  const ends = {
    rle: "",
    t4: END_OF_LINE.repeat(6),
    "t4-2d": `${END_OF_LINE}1`.repeat(6),
    t6: END_OF_LINE.repeat(2),
  };
  return hasEnd ? text + ends[kind] : text;
}

/** Bits as bytes, the last one filled up with zeros. */
export function bytesOfBits(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: Math.ceil(text.length / 8) }, (_, index) =>
    Number.parseInt(text.slice(index * 8, index * 8 + 8).padEnd(8, "0"), 2),
  );
}

export function encodeFax(pixels: Pixels, kind: FaxKind, hasEnd = true): Uint8Array<ArrayBuffer> {
  return bytesOfBits(faxBits(pixels, kind, hasEnd));
}

/** Lines as bytes of a bilevel image: 1 is black, the first pixel is the highest bit. */
export function packedPixels(pixels: Pixels): readonly number[] {
  return pixels.flatMap((line) => [...bytesOfBits(line.map((isBlack) => (isBlack ? "1" : "0")).join(""))]);
}

function runsOf(line: readonly boolean[]): string {
  let text = "";
  let isBlack = false;
  for (let at = 0; at < line.length; isBlack = !isBlack) {
    const next = changeFrom(line, at, isBlack);
    text += codeOfRun(next - at, isBlack);
    at = next;
  }
  return text;
}

function modesOf(line: readonly boolean[], before: readonly boolean[]): string {
  let text = "";
  let isBlack = false;
  for (let at = -1; at < line.length; ) {
    const start = Math.max(0, at);
    const change = changeFrom(line, start, isBlack);
    const above = changeAbove(before, at, isBlack);
    const second = changeFrom(before, above, !isBlack);
    if (second < change) {
      text += "0001";
      at = second;
    } else if (Math.abs(change - above) <= 3) {
      text += VERTICAL[change - above + 3] ?? "";
      at = change;
      isBlack = !isBlack;
    } else {
      const end = changeFrom(line, change, !isBlack);
      text += `001${codeOfRun(change - start, isBlack)}${codeOfRun(end - change, !isBlack)}`;
      at = end;
    }
  }
  return text;
}

/** The first pixel from `at` on that is not of this colour. */
function changeFrom(line: readonly boolean[], at: number, isBlack: boolean): number {
  let next = at;
  while (next < line.length && line[next] === isBlack) {
    next++;
  }
  return next;
}

/** The first pixel behind `at` that differs from the one before it and from the colour. */
function changeAbove(before: readonly boolean[], at: number, isBlack: boolean): number {
  let next = at + 1;
  while (next < before.length && !(before[next] !== isBlack && (before[next - 1] ?? false) === isBlack)) {
    next++;
  }
  return next;
}

export function codeOfRun(pixels: number, isBlack: boolean): string {
  const longest = Math.floor(pixels / LONGEST_RUN);
  const rest = pixels % LONGEST_RUN;
  const short = rest % PIXELS_OF_LONG_RUN;
  const long = rest - short === 0 ? "" : codeOf(rest - short, isBlack);
  return codeOf(LONGEST_RUN, isBlack).repeat(longest) + long + codeOf(short, isBlack);
}

function codeOf(run: number, isBlack: boolean): string {
  const { white, black } = runCodes();
  const table = isBlack ? black : white;
  const first = table.findIndex((entry) => entry !== 0 && entry >> 4 === run);
  const bits = (table[first] ?? 0) & 15;
  return first.toString(2).padStart(LONGEST_CODE_BITS, "0").slice(0, bits);
}
