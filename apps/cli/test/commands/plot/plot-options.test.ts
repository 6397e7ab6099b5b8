import { describe, expect, it } from "vitest";
import { figureFormat, wantedStretch, wholeNumber } from "../../../src/commands/plot/plot-options.ts";

const SCAN = { lines: 30_000, secondsPerLine: 0.00117 };

describe("a stretch", () => {
  it("begins at a time or line and is as long as asked, in whole lines, cut at the end of the scan", () => {
    const stretch = (at?: string, length?: string): unknown => wantedStretch({ at, for: length }, SCAN);
    expect(stretch()).toBeUndefined();
    expect(stretch("2700lines")).toEqual({ start: 2700, stop: 3300 });
    expect(stretch("1line", "2lines")).toEqual({ start: 1, stop: 3 });
    expect(stretch("1.17s", "117ms")).toEqual({ start: 1000, stop: 1100 });
    expect(stretch("1.1701s", "117.1ms")).toEqual({ start: 1000, stop: 1101 });
    expect(stretch(undefined, "600lines")).toEqual({ start: 0, stop: 600 });
    expect(stretch("29999lines", "5s")).toEqual({ start: 29_999, stop: 30_000 });
    expect(stretch("0s", "0.1ms")).toEqual({ start: 0, stop: 1 });
  });

  it("is a mistake if it is not a time, lies beyond the scan, or is a time in a scan without a line period", () => {
    for (const wrong of ["3.2", "3,2s", "-1s", "s", "1e3s", "NaNs", "3.2 s", ""]) {
      expect(() => wantedStretch({ at: wrong }, SCAN), wrong).toThrow(
        /--at is a time or a number of lines, as 3\.2s/,
      );
    }
    expect(() => wantedStretch({ at: "40s" }, SCAN)).toThrow(
      "beyond the scan, which has 30000 lines, 35.100 s",
    );
    const raw = { lines: 100, secondsPerLine: null };
    expect(() => wantedStretch({ at: "100lines" }, raw)).toThrow(/which has 100 lines$/);
    expect(() => wantedStretch({ for: "1s" }, raw)).toThrow("no line period");
    expect(wantedStretch({ at: "10lines" }, raw)).toEqual({ start: 10, stop: 100 });
  });
});

it("the ending of the file decides the format, and another one is a mistake", () => {
  expect(figureFormat("a/b.svg")).toEqual({ file: "a/b.svg", format: "svg" });
  expect(figureFormat("B.PNG")).toEqual({ file: "B.PNG", format: "png" });
  for (const wrong of [undefined, "scan", "scan.pdf", "svg", "-"]) {
    expect(() => figureFormat(wrong)).toThrow(/a figure needs a file|ends neither with/);
  }
});

it("numbers are whole and within their bounds", () => {
  expect(wholeNumber("--scale", "8", { min: 1, max: 8 })).toBe(8);
  for (const wrong of ["0", "9", "2.5", "", "-1", "1e0", "0x2"]) {
    expect(() => wholeNumber("--scale", wrong, { min: 1, max: 8 })).toThrow(
      "--scale is a whole number from 1 to 8",
    );
  }
});
