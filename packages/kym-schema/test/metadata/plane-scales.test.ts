import { describe, expect, it } from "vitest";
import { changedScales, planeScales, UNITS } from "../../src/index.ts";

const metadata = (voxels: readonly number[], units: readonly string[]): string =>
  JSON.stringify({ header: { voxels, voxels_units: units } });
const CALIBRATED = metadata([0.00219, 0.2069], ["s", "um"]);
const SECONDS = { unit: "s", step: 0.00219 };
const MICROMETRES = { unit: "\u00b5m", step: 0.2069 };

describe("the scales of an image's axes", () => {
  it("are seconds along the rows and \u00b5m, with the micro sign, along the columns", () => {
    expect(planeScales(CALIBRATED, 2)).toEqual([SECONDS, MICROMETRES]);
    expect(UNITS.micrometre).toBe("um");
  });

  it("are those of the last two axes; the axes before have none", () => {
    const stack = metadata([1, 0.00219, 0.2069], ["px", "s", "um"]);
    expect(planeScales(stack, 3)).toEqual([null, SECONDS, MICROMETRES]);
    expect(planeScales(CALIBRATED, 4)).toEqual([null, null, SECONDS, MICROMETRES]);
  });

  it.each([
    ["the rows are in pixels", metadata([1, 0.2069], ["px", "um"]), [null, MICROMETRES]],
    ["the columns are in pixels", metadata([0.00219, 1], ["s", "px"]), [SECONDS, null]],
    ["the rows are a length", metadata([0.5, 0.2069], ["um", "um"]), [null, MICROMETRES]],
    ["a step is 0", metadata([0, 0.2069], ["s", "um"]), [null, MICROMETRES]],
    ["nothing is said", "{}", [null, null]],
    ["the text is not JSON", "{", [null, null]],
    ["there is no text", undefined, [null, null]],
  ])("are absent where %s", (_where, text, scales) => {
    expect(planeScales(text, 2)).toEqual(scales);
  });

  it("after an edit are told only if the calibration is another", () => {
    const noted = JSON.stringify({ ...JSON.parse(CALIBRATED), experiment_metadata: { note: "n" } });
    expect(changedScales(CALIBRATED, noted, 2)).toBeUndefined();
    expect(changedScales(undefined, "{}", 2)).toBeUndefined();
    expect(changedScales(undefined, CALIBRATED, 2)).toEqual([SECONDS, MICROMETRES]);
    expect(changedScales(CALIBRATED, "{}", 2)).toEqual([null, null]);
    expect(changedScales(CALIBRATED, metadata([0.00219, 0.3], ["s", "um"]), 2)).toEqual([
      SECONDS,
      { ...MICROMETRES, step: 0.3 },
    ]);
  });
});

describe("the scales of a stack", () => {
  it("are those that the header gives each axis: times of frames, lengths of rows", () => {
    const movie = metadata([0.5, 0.3, 0.2], ["s", "um", "um"]);
    const micrometres = (step: number): object => ({ unit: "\u00b5m", step });
    expect(planeScales(movie, 3)).toEqual([{ unit: "s", step: 0.5 }, micrometres(0.3), micrometres(0.2)]);
    expect(planeScales(metadata([2, 0.3, 0.2], ["um", "um", "um"]), 3)[0]).toEqual(micrometres(2));
    expect(planeScales(movie, 4), "a header of other axes says nothing of the stack").toEqual([
      null,
      null,
      null,
      micrometres(0.2),
    ]);
  });
});
