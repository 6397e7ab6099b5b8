import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseHttpUrl, urlOfKey } from "../../src/http/http-url.ts";
import { joinKey, parseStoreKey, type StoreKey } from "../../src/store/store-key.ts";
import { HOSTILE_KEYS } from "../../src/testing/hostile-keys.ts";

const SECRET = "s3cret";

describe("the URL of a store", () => {
  it.each([
    ["https://example.org/study.zarr", "https://example.org/study.zarr/", ""],
    ["https://example.org/study.zarr/", "https://example.org/study.zarr/", ""],
    ["HTTP://example.org", "http://example.org/", ""],
    ["https://example.org/a/../b c?sig=x%2By&t=1", "https://example.org/b%20c/", "?sig=x%2By&t=1"],
  ])("%s has its root and its query", (text, root, query) => {
    expect(parseHttpUrl(text)).toEqual({ root, query });
    expect(parseHttpUrl(new URL(text))).toEqual({ root, query });
  });

  it.each([
    "",
    "study.zarr",
    "/study.zarr",
    "//example.org/study.zarr",
    "file:///study.zarr",
    "ftp://example.org/study.zarr",
    "https://",
    `https://user:${SECRET}@example.org/study.zarr`,
    `https://${SECRET}@example.org/study.zarr`,
    `https://:${SECRET}@example.org/study.zarr`,
    `https://example.org/study.zarr#${SECRET}`,
  ])("is not %j, and no message repeats what may be secret", (text) => {
    const parse = (): unknown => parseHttpUrl(text);
    expect(parse).toThrowError(expect.objectContaining({ code: "invalid_argument" }));
    expect(parse).not.toThrowError(new RegExp(SECRET));
  });
});

describe("the URL of a key", () => {
  const url = parseHttpUrl("https://example.org/deep/study.zarr?sig=x");

  it("is below the root, keeps the query, and gives the key back, whatever the key", () => {
    const segment = fc.oneof(
      fc.constantFrom(
        "%2f",
        "%2e%2e",
        "%00",
        "a#b",
        "a&b=c",
        "é",
        "a b",
        ";",
        "@",
        "~",
        "😀",
        "[x]",
        "'",
        "a.",
      ),
      fc.string({ minLength: 1, maxLength: 8 }),
    );
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
        let key: StoreKey;
        try {
          key = parseStoreKey(segments.join("/"));
        } catch {
          fc.pre(false);
          return;
        }
        const { origin, pathname, search, hash } = new URL(urlOfKey(url, key));
        expect([origin, search, hash]).toEqual(["https://example.org", "?sig=x", ""]);
        expect(pathname.startsWith("/deep/study.zarr/")).toBe(true);
        const below = pathname.slice("/deep/study.zarr/".length);
        expect(below.split("/").map(decodeURIComponent).join("/")).toBe(key);
      }),
      { numRuns: 2000 },
    );
  });

  it("leads to the same place for the same key only", () => {
    expect(urlOfKey(url, joinKey("a%2fb"))).not.toBe(urlOfKey(url, joinKey("a/b")));
  });

  it.each(HOSTILE_KEYS)("is not made for %s", (_what, text) => {
    // As from untyped code, which no parser has seen.
    expect(() => urlOfKey(url, text as StoreKey)).toThrowError(
      expect.objectContaining({ code: "invalid_name" }),
    );
  });
});
