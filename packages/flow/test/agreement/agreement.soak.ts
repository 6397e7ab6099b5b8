import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findKymographs, pathsOf, readTrace } from "../support/stored-trace.ts";
import { agreementOfV1, agreementsOfV0 } from "./agreement.ts";
import { differingClean } from "./differing-clean.ts";

const folder = findKymographs();

describe.runIf(folder !== undefined)("on every scan of the lab that has its pixels here", () => {
  test("v1: at least 99.95 % of the windows of each ROI agree, and every one that is not a near tie", async () => {
    const capillary = (lineStart: number, lineStop: number, columnStart: number, columnStop: number) => ({
      lineStart,
      lineStop,
      columnStart,
      columnStop,
    });
    const rois = [
      ["Capillary1_0001", 1, capillary(0, 30_000, 0, 38)],
      ["Capillary1_0001", 2, capillary(7500, 22_500, 9, 28)],
      ["Capillary1_0001", 3, capillary(10_000, 30_000, 0, 12)],
      ["20250722_A89_0002", 2, undefined],
      ["20250722_A89_0003", 2, undefined],
    ] as const;
    for (const [stem, roiId, region] of rois) {
      const { windowCount, equal, differing, blank } = await agreementOfV1(folder!, stem, roiId, region);
      console.log(`${stem} roi ${roiId}: ${equal} of ${windowCount}, ${blank} blank`, differing);
      expect(differing.filter(({ margin }) => !(margin <= 1e-6))).toEqual([]);
      expect(equal / windowCount).toBeGreaterThanOrEqual(0.9995);
    }
  });

  test("v0 and v0 as imported: every window agrees, and every time", async () => {
    for (const stem of ["20250722_A89_0002", "20250722_A89_0003"]) {
      const { file, imported, timesDiffering } = await agreementsOfV0(folder!, stem);
      expect(file).toMatchObject({ windowCount: 7497, equal: 7497, differing: [] });
      expect(imported).toMatchObject({ windowCount: 7497, equal: 7497, differing: [] });
      expect(timesDiffering).toBe(0);
    }
  });

  test("every stored trace is cleaned as the lab did, blanks included, those without pixels here as well", async () => {
    for (const stem of ["20250722_A89_0002", "20250722_A89_0003", "20250722_A89_0007"]) {
      for (const roiId of [1, 2]) {
        const stored = readTrace(join(folder!, pathsOf(stem).trace), roiId);
        expect(await differingClean(stored, roiId === 1)).toBe(0);
      }
    }
  });
});
