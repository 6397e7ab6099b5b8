import { expect, test } from "vitest";
import { completeMetadata } from "../../src/content/complete-metadata.ts";
import { metadataText } from "../../src/content/image-metadata.ts";
import { roisOfMetadata } from "../../src/content/rois/rois-in-metadata.ts";

const DERIVED = metadataText({ shape: [4, 3], olympus: undefined, classic: undefined, accepted: true });

test("what the sidecar says stands, digit by digit; what it lacks is filled in, in the header too", () => {
  const own = '{"rois":[{"roi_id":7}],"header":{"acquired_local_epoch_ns":123,"shape":[9]},"mine":1.0}';
  const merged = completeMetadata(own, DERIVED) ?? "";
  expect(merged).toContain('"mine": 1.0');
  expect(JSON.parse(merged)).toMatchObject({
    rois: [{ roi_id: 7 }],
    header: { acquired_local_epoch_ns: 123, shape: [9], voxels_units: ["px", "px"], ndim: 2 },
    accepted: true,
  });
});

test("a text that lacks nothing is left byte for byte, and so is one that was merged", () => {
  const own = ` ${DERIVED}\n`;
  expect(completeMetadata(own, DERIVED)).toBe(own);
  const merged = completeMetadata("{}", DERIVED) ?? "";
  expect(JSON.parse(merged)).toEqual(JSON.parse(DERIVED));
  expect(completeMetadata(merged, DERIVED)).toBe(merged);
});

test("a header that is no object stays, for the reader to name", () => {
  expect(JSON.parse(completeMetadata('{"header": 5}', DERIVED) ?? "")).toMatchObject({
    header: 5,
    accepted: true,
  });
});

test("what is no object is no metadata", () => {
  expect(completeMetadata("[1]", DERIVED)).toBeUndefined();
});

test("ROIs that cannot be read do not cost the others", () => {
  const rect = { roi_id: 2, roi_type: "rect", data: { x0: 0, x1: 1, y0: 0, y1: 1 } };
  const text = JSON.stringify({ rois: [{ roi_type: "spiral" }, rect, 5] });
  expect(roisOfMetadata(text).rois.map(({ id }) => id)).toEqual([2]);
  expect(roisOfMetadata('{"rois": {}}').rois).toEqual([]);
});
