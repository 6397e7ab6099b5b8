import { expect, test } from "vitest";
import { analysisRunKey, parseAnalysisRuns } from "../../src/index.ts";

test("a run's channel is that of its key, else its field, else 1; other keys and values are passed over", () => {
  const runs = parseAnalysisRuns({
    "1": {},
    "2": {
      ...{ channel: 3, geometry: "g", pixels_sha256: "p", roi_revision_at_analysis: 4 },
      ...{ um_per_px: 0.45, seconds_per_line: 0.001 },
    },
    "2:1": { channel: 9, geometry: 1, um_per_px: -1, seconds_per_line: "0.001" },
    rect: {},
    "5": "none",
  });
  expect([...runs.keys()]).toEqual(["1:1", "2:3", "2:1"]);
  expect(runs.get(analysisRunKey(2, 3n))).toEqual({
    ...{ roiId: 2, channel: 3, roiRevision: 4 },
    ...{ geometry: "g", pixelsSha256: "p" },
    calibration: { umPerPx: 0.45, secondsPerLine: 0.001 },
  });
  expect(runs.get("2:1")).toMatchObject({
    ...{ channel: 1, geometry: undefined },
    calibration: { umPerPx: undefined, secondsPerLine: undefined },
  });
});

test.each([[null], [[]], ["runs"]])("runs that are not an object are invalid_metadata: %j", (value) => {
  expect(() => parseAnalysisRuns(value)).toThrow(
    expect.objectContaining({ code: "invalid_metadata", details: expect.objectContaining({ found: value }) }),
  );
});
