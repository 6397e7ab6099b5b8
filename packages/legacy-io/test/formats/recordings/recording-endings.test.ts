import { expect, test } from "vitest";
import { ALL_RECORDING_FORMATS } from "../../../src/formats/all-recording-formats.ts";
import { isRecordingName, RECORDING_ENDINGS } from "../../../src/formats/recording-endings.ts";

test("the endings that are known by name are those of the formats", () => {
  expect(RECORDING_ENDINGS.toSorted()).toEqual(
    ALL_RECORDING_FORMATS.flatMap(({ endings }) => endings).toSorted(),
  );
  expect(["a.CZI", "a.tif", "czi"].map(isRecordingName)).toEqual([true, false, false]);
});
