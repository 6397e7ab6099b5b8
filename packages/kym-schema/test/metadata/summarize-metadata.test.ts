import { expect, test } from "vitest";
import { readSummary, summarizeMetadata } from "../../src/index.ts";

const NOTHING = {
  ...{ acquiredLocalEpochNs: null, umPerPx: null, secondsPerLine: null, calibrated: null, nRois: null },
  ...{ calibrationSource: null, accepted: null, note: null, treatment: null, condition: null },
};

test("a summary that was made of metadata is read back, an epoch to the last nanosecond", () => {
  const text = JSON.stringify({
    header: { voxels: [0.00117, 0.284], voxels_units: ["s", "um"] },
    experiment_metadata: { note: "µ", condition: "Control" },
    accepted: false,
  }).replace('"header":{', '"header":{"acquired_local_epoch_ns":1753190060091123457,');
  expect(readSummary(summarizeMetadata(text))).toEqual({
    ...{ acquiredLocalEpochNs: 1753190060091123457n, umPerPx: 0.284, secondsPerLine: 0.00117 },
    ...{
      calibrated: true,
      calibrationSource: null,
      nRois: 0,
      accepted: false,
      note: "µ",
      treatment: null,
      condition: "Control",
    },
  });
});

test("a fact that a summary lacks, or has as another type, is not known", () => {
  expect(readSummary({})).toEqual(NOTHING);
  const garbled = { acquired_local_epoch_ns: 1.5, um_per_px: "0.284", n_rois: null, accepted: 1, note: 3 };
  expect(readSummary(garbled)).toEqual(NOTHING);
});

test("counts and epochs may be numbers or bigints, as a manifest has them", () => {
  expect(readSummary({ acquired_local_epoch_ns: 12, n_rois: 2n })).toMatchObject({
    acquiredLocalEpochNs: 12n,
    nRois: 2,
  });
});
