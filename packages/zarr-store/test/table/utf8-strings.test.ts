import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { packStrings, unpackStrings } from "../../src/table/columns/utf8-strings.ts";
import { unicodeText } from "../json/json-arbitraries.ts";

describe("packStrings and unpackStrings", () => {
  test("are inverse to each other, byte order marks included", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.oneof(unicodeText, fc.constant("\ufeffx")))), (values) => {
        expect(unpackStrings(packStrings(values))).toEqual(values);
      }),
    );
  });

  test("lay the strings out as Arrow does", () => {
    const { offsets, bytes, valid } = packStrings(["a", null, "é", "", "😀"]);
    expect([...offsets]).toEqual([0, 1, 1, 3, 3, 7]);
    expect(new TextDecoder().decode(bytes)).toBe("aé😀");
    expect(valid).toEqual(new Uint8Array([1, 0, 1, 1, 1]));
  });
});
