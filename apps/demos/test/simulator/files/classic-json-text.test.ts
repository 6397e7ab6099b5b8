import { readFileSync } from "node:fs";
import { parseClassicJson } from "@kym/legacy-io";
import { roiStats, toStoredStats } from "@kym/roi";
import { describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { classicJsonText } from "../../../src/simulator/files/classic-json-text.ts";
import { planLabFolder } from "../../../src/simulator/plan-lab-folder.ts";

const REAL_JSON = findSharedData("kymographs/Capillary1_0001.json");
const SCAN = planLabFolder().find(({ rois }) => rois.length === 2)!;
const { lines, px } = SCAN.geometry;
const PIXELS = Uint16Array.from({ length: lines * px }, (_, index) => (index * 7) % 4096);

/** The keys of a document at every depth; lists count by their first item. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.slice(0, 1).map(shapeOf);
  }
  return typeof value === "object" && value !== null
    ? Object.entries(value).map(([key, member]) => [key, shapeOf(member)])
    : undefined;
}

describe("classicJsonText", () => {
  it("is read back with its ROIs, the statistics of their pixels, and what people typed", () => {
    const json = parseClassicJson(classicJsonText(SCAN, PIXELS));
    expect(json.warnings).toEqual([]);
    expect(json.rejectedRois).toEqual([]);
    expect(json.header).toMatchObject({ shape: [lines, px], ndim: 2, voxelsUnits: ["s", "um"] });
    expect(json.rois.map((roi) => [roi.id, roi.note])).toEqual([
      [1, "Full Image"],
      [2, "Center Region"],
    ]);
    for (const roi of json.rois) {
      const stats = toStoredStats(roiStats({ data: PIXELS, height: lines, width: px }, roi));
      expect(roi.stats).toEqual(stats);
    }
    expect(json.accepted).toBe(true);
    expect(JSON.parse(classicJsonText(SCAN, PIXELS))).toMatchObject({
      experiment_metadata: { treatment: "28d Saline", condition: "Control", date: "20250714" },
    });
  });

  it("says which images a scorer did not accept", () => {
    const rejected = planLabFolder().filter(({ accepted }) => !accepted);
    expect(rejected).toHaveLength(1);
    const pixels = new Uint16Array(rejected[0]!.geometry.lines * rejected[0]!.geometry.px);
    expect(parseClassicJson(classicJsonText(rejected[0]!, pixels)).accepted).toBe(false);
  });

  it.skipIf(REAL_JSON === undefined)("has the keys of a real file, in order, indented alike", () => {
    const [ours, real] = [classicJsonText(SCAN, PIXELS), readFileSync(REAL_JSON!, "utf8")];
    expect(shapeOf(JSON.parse(ours))).toEqual(shapeOf(JSON.parse(real)));
    expect(ours.split("\n").slice(0, 8)).toEqual(
      real.split("\n").slice(0, 8).with(4, `      ${lines},`).with(5, `      ${px}`),
    );
  });
});
