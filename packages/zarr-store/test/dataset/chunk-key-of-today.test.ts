import { expect, it } from "vitest";
import { undottedChunkKey } from "../../src/layout/index.ts";

it.each([
  ["data/c.0.12", "data/c/0/12"],
  ["images/one/data/c.3", "images/one/data/c/3"],
  ["analysis_arrays/a/m/data/c.0.1.2", "analysis_arrays/a/m/data/c/0/1/2"],
])("the chunk key %s is %s today", (key, today) => {
  expect(undottedChunkKey(key)).toBe(today);
  expect(undottedChunkKey(today)).toBeUndefined();
});

it.each(["data/zarr.json", "data/c", "data/c.", "data/c.0.x", "data/d.0", "mydata/c.0", "attachments/c.0"])(
  "%s is not a chunk key with dots",
  (key) => {
    expect(undottedChunkKey(key)).toBeUndefined();
  },
);
