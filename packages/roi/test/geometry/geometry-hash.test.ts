import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sha256 } from "../../src/geometry/sha256.ts";
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

describe("sha256", () => {
  test("of the examples of FIPS 180-2, appendix B", () => {
    expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")).toBe(
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    );
  });

  test("of texts of every length up to three blocks, and of any text", () => {
    for (let length = 0; length <= 192; length += 1) {
      expect(sha256("x".repeat(length))).toBe(nodeSha256("x".repeat(length)));
    }
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(sha256(text)).toBe(nodeSha256(text));
      }),
    );
  });
});
