import { readFileSync } from "node:fs";
import { readOlympusHeader } from "@kym/legacy-io";
import { describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { olympusHeaderText } from "../../../src/simulator/files/olympus-header-text.ts";
import { planLabFolder } from "../../../src/simulator/plan-lab-folder.ts";
import { secondsPerLine, statedCalibration } from "../../../src/simulator/scan-geometry.ts";

const REAL_HEADER = findSharedData("kymographs/Capillary1_0001.txt");
const SCANS = planLabFolder({ imageCount: 24 });

describe("olympusHeaderText", () => {
  it("is read back as the scan that it describes", () => {
    for (const scan of SCANS) {
      const header = readOlympusHeader(new TextEncoder().encode(olympusHeaderText(scan)));
      const stated = statedCalibration(scan.geometry);
      expect(header).toMatchObject({
        encoding: "utf-8",
        linesPerImage: scan.geometry.lines,
        pxPerLine: scan.geometry.px,
        umPerPx: stated.umPerPx,
        durationS: stated.durationS,
        secondsPerLine: stated.secondsPerLine,
        acquiredLocalEpochNs: BigInt(scan.acquiredLocalEpochMs) * 1_000_000n,
        bitsPerPixel: 12,
        channelCount: 1,
        name: `${scan.stem}.oir`,
        warnings: [],
      });
      expect(header.secondsPerLineExact).toBeCloseTo(secondsPerLine(scan.geometry), 9);
    }
  });

  it("has a morning and an afternoon", () => {
    const texts = SCANS.map(olympusHeaderText);
    expect(texts.some((text) => / 1[12]:\d\d:\d\d\.\d{3} AM"/.test(text))).toBe(true);
    expect(texts.some((text) => / 12:\d\d:\d\d\.\d{3} PM"/.test(text))).toBe(true);
  });

  it.skipIf(REAL_HEADER === undefined)("has the lines of a real header, in order, with CRLF", () => {
    const keysOf = (text: string): readonly string[] =>
      text.split("\r\n").map((line) => line.split("\t")[0]!);
    const text = olympusHeaderText(SCANS[0]!);
    expect(keysOf(text)).toEqual(keysOf(readFileSync(REAL_HEADER!, "latin1")));
    expect(text).not.toMatch(/[^\r]\n/);
    expect(text).toMatch(/^[\x20-\x7e\t\r\n]+$/);
  });
});
