import fc from "fast-check";
import { expect, test } from "vitest";
import { editCalibration } from "../../src/calibration/index.ts";
import { calibrationOf, editMetadata, parseMetadata } from "../../src/index.ts";
import { calibrationSourceOf } from "../../src/metadata/calibration.ts";

const HEADER = {
  shape: [4, 3],
  voxels: [0.001, 0.5],
  voxels_units: ["s", "um"],
  labels: ["Time (s)", "Space (um)"],
  physical_size: [0.004, 1.5],
  seconds_per_line_exact: 0.00100004,
};
const TEXT = JSON.stringify({ header: HEADER, zz: 1e-7 });

function edited(text: string, shape: readonly number[], edit: Parameters<typeof editCalibration>[2]): string {
  return editMetadata(text, { header: editCalibration(parseMetadata(text).header, shape, edit) });
}

test("a new width changes its step and size and says who gave it, and nothing else", () => {
  expect(JSON.parse(edited(TEXT, [4, 3], { umPerPx: 0.25 }))).toEqual({
    header: {
      ...HEADER,
      voxels: [0.001, 0.25],
      physical_size: [0.004, 0.75],
      voxels_source: ["", "noted"],
    },
    zz: 1e-7,
  });
});

test("a new line period takes the microscope's exact one away", () => {
  const { header } = parseMetadata(edited(TEXT, [4, 3], { secondsPerLine: 0.002 }));
  expect(header).toMatchObject({ voxels: [0.002, 0.5], secondsPerLineExact: undefined });
});

test("an image without header is calibrated along the axes that are named", () => {
  const stack = edited("{}", [2, 4, 3], { umPerPx: 0.25 });
  expect(JSON.parse(stack)).toEqual({
    header: {
      voxels: [1, 1, 0.25],
      voxels_units: ["px", "px", "um"],
      labels: ["", "", "Space (um)"],
      physical_size: [2, 4, 0.75],
      voxels_source: ["", "", "noted"],
    },
  });
  expect(calibrationOf(parseMetadata(stack).header)).toEqual({ secondsPerLine: null, umPerPx: 0.25 });
});

test("null takes a calibration away, and what an image has already is no edit", () => {
  expect(calibrationOf(parseMetadata(edited(TEXT, [4, 3], { umPerPx: null })).header)).toEqual({
    secondsPerLine: 0.001,
    umPerPx: null,
  });
  expect(editCalibration(parseMetadata(TEXT).header, [4, 3], { umPerPx: 0.5 })).toBeUndefined();
  expect(editCalibration(parseMetadata("{}").header, [4, 3], { umPerPx: null })).toBeUndefined();
});

test("an edit and the edit back give the steps, units, labels and sizes that were", () => {
  const step = fc.double({ min: 1e-6, max: 1e3, noNaN: true });
  fc.assert(
    fc.property(step, step, step, (secondsPerLine, umPerPx, other) => {
      const before = edited("{}", [4, 3], { secondsPerLine, umPerPx });
      const after = edited(before, [4, 3], { umPerPx: other });
      expect(parseMetadata(edited(after, [4, 3], { umPerPx })).header).toEqual(parseMetadata(before).header);
    }),
  );
});

test("the source of a calibration is that of its steps; one that a person noted makes it noted", () => {
  const of = (sources: readonly string[], units: readonly string[] = ["s", "um"]): string | null =>
    calibrationSourceOf(
      parseMetadata({ header: { voxels: [0.001, 0.5], voxels_units: units, voxels_source: sources } }).header,
    );
  expect(of(["imagej", "imagej"])).toBe("imagej");
  expect(of(["mm_header", "page_name"])).toBe("mm_header, page_name");
  expect(of(["imagej", "noted"])).toBe("noted");
  expect(of(["", "imagej"], ["px", "um"])).toBe("imagej");
  expect(of(["noted", "noted"], ["px", "px"])).toBeNull();
  expect(of([])).toBeNull();
});

test("that a step is not known is noted too, and the others keep their source", () => {
  const before = JSON.stringify({ header: { ...HEADER, voxels_source: ["imagej", "imagej"] } });
  const { header } = parseMetadata(edited(before, [4, 3], { secondsPerLine: null }));
  expect(header).toMatchObject({ voxelsUnits: ["px", "um"], voxelsSource: ["noted", "imagej"] });
});
