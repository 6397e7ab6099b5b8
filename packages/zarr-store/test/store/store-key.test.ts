import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isZarrStoreError } from "../../src/errors.ts";
import { isStoreKey, joinKey, parentKey, parseStoreKey } from "../../src/store/store-key.ts";
import { HOSTILE_KEYS } from "../../src/testing/hostile-keys.ts";

/** Text that is likely to be near a key: plain names, separators, dots and what must not be there. */
const nearKey = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "/",
        ".",
        "..",
        "a",
        "images",
        "zarr.json",
        "\\",
        ":",
        "\u0000",
        "~",
        " ",
        "é",
        "%2e",
        "\ud800",
      ),
      fc.string({ unit: "binary", maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));

function parses(text: string): boolean {
  try {
    parseStoreKey(text);
    return true;
  } catch (error) {
    expect(isZarrStoreError(error, "invalid_name")).toBe(true);
    return false;
  }
}

describe("a store key", () => {
  it("is what was given, never a changed form of it", () => {
    for (const text of [
      "a",
      "images/x/data/c/0/0",
      "tables/kym_radon.parquet",
      "é/ñ",
      "a.b/..c/...",
      " a b ",
    ]) {
      expect(parseStoreKey(text)).toBe(text);
    }
  });

  it.each<readonly [string, string]>([["an empty key", ""], ...HOSTILE_KEYS])("is not %s", (_what, text) => {
    expect(parses(text)).toBe(false);
    expect(isStoreKey(text)).toBe(false);
  });

  it("is at most 1024 bytes, and each segment at most 255", () => {
    expect(parses("a".repeat(255))).toBe(true);
    expect(parses("é".repeat(127))).toBe(true);
    expect(parses(`${"a/".repeat(511)}ab`)).toBe(true);
    expect(parses(`${"a/".repeat(511)}abc`)).toBe(false);
  });

  it("stays inside: every accepted key is segments that are plain names", () => {
    fc.assert(
      fc.property(nearKey, (text) => {
        fc.pre(parses(text));
        for (const segment of text.split("/")) {
          expect(segment).not.toMatch(/^(\.{0,2})$/);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is tested
          expect(segment).not.toMatch(/[\u0000-\u001f\u007f\\:*?"<>|]/);
        }
        const resolved = new URL(text.split("/").map(encodeURIComponent).join("/"), "file:///root/").pathname;
        expect(resolved.startsWith("/root/")).toBe(true);
        expect(new TextEncoder().encode(text).length).toBeLessThanOrEqual(1024);
      }),
      { numRuns: 2000 },
    );
  });

  it("is judged the same by the guard and by the parser", () => {
    fc.assert(
      fc.property(nearKey, (text) => isStoreKey(text) === parses(text)),
      { numRuns: 2000 },
    );
  });

  it("joins and parts again", () => {
    const segment = fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 2, maxLength: 6 }), (segments) => {
        const key = joinKey(...segments);
        expect(key).toBe(segments.join("/"));
        expect(parentKey(key)).toBe(segments.slice(0, -1).join("/"));
      }),
    );
    expect(parentKey(parseStoreKey("top"))).toBeUndefined();
  });

  it("cannot be joined into one that leaves its parts", () => {
    expect(() => joinKey("images", "../x")).toThrowError(/segment/);
    expect(() => joinKey("images", "/x")).toThrowError(/segment/);
  });
});
