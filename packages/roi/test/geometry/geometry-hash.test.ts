import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPolygonRoi, createRectRoi, geometryHash, geometryKey } from "../../src/index.ts";
import { anyRoi } from "../support/arbitraries.ts";
import { points } from "../support/points.ts";

const nodeSha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

describe("geometryHash", () => {
  test("is what it always was, since it is stored", () => {
    const bounds = { dim0Start: 0, dim0Stop: 30000, dim1Start: 0, dim1Stop: 38 };
    expect(geometryHash(createRectRoi({ id: 1, bounds }))).toBe(
      "3cf625a11018a20b3c0da6609b0b330f6b83fa087960e12d026765dbd4d55bb9",
    );
    expect(geometryHash(createPolygonRoi({ id: 1, points: points(0.1, 1e-7, 3, 4, 1e5, 2 / 3) }))).toBe(
      "3f45332f80ec69b882ec96e23e18e420ad13fa0b2a26ce55c2f0902628d531b0",
    );
  });

  test("is the SHA-256 of the key, by another implementation", () => {
    fc.assert(
      fc.property(anyRoi, (roi) => {
        expect(geometryHash(roi)).toBe(nodeSha256(geometryKey(roi)));
      }),
    );
  });
});
