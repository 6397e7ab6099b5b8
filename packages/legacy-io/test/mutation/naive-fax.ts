import { LONGEST_CODE_BITS, runCodes } from "../../src/tiff/codecs/ccitt/run-codes.ts";

const MODES: Readonly<Record<string, number | "pass" | "runs">> = {
  "1": 0,
  "011": 1,
  "000011": 2,
  "0000011": 3,
  "010": -1,
  "000010": -2,
  "0000010": -3,
  "0001": "pass",
  "001": "runs",
};

/** Decodes lines of CCITT from the text of their bits, pixel by pixel. Throws where a line is not whole. */
export function unpackFax(
  packed: Uint8Array,
  kind: "rle" | "t4" | "t4-2d" | "t6",
  width: number,
  rows: number,
): Uint8Array {
  const bits = [...packed].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  let at = 0;
  const take = (count: number): string => {
    at += count;
    return bits.slice(at - count, at);
  };
  const run = (isBlack: boolean): number => {
    const { white, black } = runCodes();
    for (let total = 0; ; ) {
      const ahead = bits.slice(at, at + LONGEST_CODE_BITS).padEnd(LONGEST_CODE_BITS, "0");
      const entry = (isBlack ? black : white)[Number.parseInt(ahead, 2)] ?? 0;
      const { length } = take(entry & 15);
      if (entry === 0 || length < (entry & 15)) {
        throw new Error("no run");
      }
      total += entry >> 4;
      if (entry >> 4 < 64) {
        return total;
      }
    }
  };
  let before: readonly number[] = [];
  let text = "";
  for (let row = 0; row < rows; row++) {
    let hasRuns = kind !== "t6";
    if (kind === "rle") {
      at = Math.ceil(at / 8) * 8;
    } else if (kind !== "t6") {
      const [end = ""] = /^0{11,}1/.exec(bits.slice(at)) ?? [];
      take(end.length);
      hasRuns = kind === "t4" || take(1) === "1";
    }
    const line: boolean[] = [];
    // Where runs end, empty ones too: white and black in turn.
    const ends: number[] = [];
    let passed = 0;
    const isBlack = (): boolean => ends.length % 2 === 1;
    const fillTo = (stop: number): void => {
      if (stop < line.length || stop > width || ends.length > width + 64) {
        throw new Error("no line of this width");
      }
      while (line.length < stop) {
        line.push(isBlack());
      }
    };
    const endAt = (stop: number): void => {
      fillTo(stop);
      ends.push(stop);
    };
    while (line.length < width) {
      if (hasRuns) {
        endAt(line.length + run(isBlack()));
        continue;
      }
      const code = Object.keys(MODES).find((one) => bits.startsWith(one, at));
      const mode = MODES[code ?? ""];
      if (code === undefined || mode === undefined) {
        throw new Error("no mode");
      }
      take(code.length);
      let place = ends.length === 0 ? passed * 2 : ends.length % 2;
      while (ends.length > 0 && place < before.length && (before[place] ?? 0) <= line.length) {
        place += 2;
      }
      if (mode === "runs") {
        endAt(line.length + run(isBlack()));
        endAt(line.length + run(isBlack()));
      } else if (mode === "pass") {
        passed++;
        fillTo(before[place + 1] ?? width);
      } else {
        endAt((before[place] ?? width) + mode);
      }
    }
    before = ends;
    const rowText = line.map((pixel) => (pixel ? "1" : "0")).join("");
    text += rowText.padEnd(Math.ceil(width / 8) * 8, "0");
  }
  return Uint8Array.from({ length: text.length / 8 }, (_, index) =>
    Number.parseInt(text.slice(index * 8, index * 8 + 8), 2),
  );
}
