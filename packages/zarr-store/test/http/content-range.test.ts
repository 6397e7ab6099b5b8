import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseContentRange } from "../../src/http/content-range.ts";

describe("the header Content-Range", () => {
  it("says which bytes came, and of how many", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.nat(), fc.nat(), fc.boolean(), (first, more, rest, isKnown) => {
        const last = first + more;
        const sizeBytes = last + rest + 1;
        fc.pre(Number.isSafeInteger(sizeBytes));
        const header = `bytes ${first}-${last}/${isKnown ? sizeBytes : "*"}`;
        expect(parseContentRange(header)).toEqual({
          bytes: { first, last },
          sizeBytes: isKnown ? sizeBytes : undefined,
        });
      }),
    );
  });

  it("says how many bytes there are where none of those asked for are there", () => {
    expect(parseContentRange("bytes */10")).toEqual({ bytes: undefined, sizeBytes: 10 });
    expect(parseContentRange("bytes */0")).toEqual({ bytes: undefined, sizeBytes: 0 });
  });

  it.each([
    null,
    "",
    "0-4/10",
    "items 0-4/10",
    "bytes 4-0/10",
    "bytes 0-9/5",
    "bytes 0-5/5",
    "bytes -1-4/10",
    "bytes 0-4",
    "bytes 0-/10",
    "bytes */*",
    "bytes 0x0-0x4/10",
    "bytes 0-4/10, bytes 5-6/10",
    "bytes 0-9007199254740992/*",
    "bytes 0-4/99999999999999999999",
  ])("says nothing as %j", (header) => {
    expect(parseContentRange(header)).toBeUndefined();
  });
});
