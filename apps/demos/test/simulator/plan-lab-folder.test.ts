import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { planLabFolder } from "../../src/simulator/plan-lab-folder.ts";

const pathOf = ({ folder, stem }: { readonly folder: string; readonly stem: string }): string =>
  `${folder}/${stem}`;

describe("planLabFolder", () => {
  it("puts eight images of eight kinds into the folders of two treatments, and two troubles", () => {
    const plan = planLabFolder();
    expect(plan.filter(({ image }) => image === "whole")).toHaveLength(8);
    expect(plan.map(({ image }) => image).slice(8)).toEqual(["truncated", "missing"]);
    expect(new Set(plan.map(({ folder }) => folder))).toEqual(
      new Set(["28d Saline/20250714", "28d AngII/20250715"]),
    );
    expect(new Set(plan.map(({ description }) => description)).size).toBe(10);
  });

  it("is decided by its options, gives each scan a name of its own, and keeps names by the lab's convention", () => {
    const options = fc.record({
      imageCount: fc.integer({ min: 1, max: 60 }),
      seed: fc.string(),
      withTroubles: fc.boolean(),
    });
    fc.assert(
      fc.property(options, (chosen) => {
        const plan = planLabFolder(chosen);
        expect(planLabFolder(chosen)).toEqual(plan);
        expect(plan).toHaveLength(chosen.imageCount + (chosen.withTroubles ? 2 : 0));
        expect(new Set(plan.map(pathOf)).size).toBe(plan.length);
        for (const scan of plan) {
          expect(pathOf(scan)).toMatch(/^28d (Saline|AngII)\/(\d{8})\/\2_[SA]\d+_\d{4}$/);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("leaves the scans as they are when more are asked for", () => {
    const [few, many] = [8, 40].map((imageCount) => planLabFolder({ imageCount, withTroubles: false }));
    expect(many!.slice(0, 8)).toEqual(few);
  });

  it("leaves out ROIs, metadata and analyses where only scans are asked for, and changes nothing else", () => {
    const [scans, lab] = [planLabFolder({ onlyScans: true }), planLabFolder()];
    expect(lab.some(({ rois }) => rois.length > 0)).toBe(true);
    const bare = lab.map((scan) => ({ ...scan, rois: [], hasMetadata: false, analysis: "none" }));
    expect(scans).toEqual(bare);
  });

  it("keeps every ROI inside its image, also in the smallest", () => {
    for (const { geometry, rois } of planLabFolder({ lines: 64, px: 4 })) {
      for (const { bounds } of rois) {
        expect(bounds.dim0Stop).toBeLessThanOrEqual(geometry.lines);
        expect(bounds.dim1Stop).toBeLessThanOrEqual(geometry.px);
        expect(bounds.dim0Start).toBeLessThan(bounds.dim0Stop);
        expect(bounds.dim1Start).toBeLessThan(bounds.dim1Stop);
      }
    }
  });

  it("refuses a count that is none", () => {
    expect(() => planLabFolder({ imageCount: 0 })).toThrow("imageCount is a positive integer, not 0");
    expect(() => planLabFolder({ imageCount: 1.5 })).toThrow(RangeError);
  });
});
