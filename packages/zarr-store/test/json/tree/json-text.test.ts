import { describe, expect, test } from "vitest";
import { decodeJsonText, isJsonText, jsonText } from "../../../src/json/lossless-json.ts";

describe("jsonText", () => {
  test("keeps the text as it is", () => {
    expect(jsonText(' {"a": 1.0}\n')).toMatchObject({ kind: "json-text", text: ' {"a": 1.0}\n' });
  });

  test("refuses what is no JSON, and NaN unless it is allowed", () => {
    expect(() => jsonText("{")).toThrow(expect.objectContaining({ code: "invalid_file" }));
    expect(() => jsonText("NaN")).toThrow("expected a finite number");
    expect(jsonText("NaN", { allowNonFinite: true }).text).toBe("NaN");
  });

  test("is told apart from data of the same shape", () => {
    expect(isJsonText(jsonText("1"))).toBe(true);
    expect(isJsonText({ kind: "json-text", text: "1" })).toBe(false);
    expect(isJsonText(null)).toBe(false);
  });
});

describe("decodeJsonText", () => {
  test("reads UTF-8, with or without a byte order mark", () => {
    expect(decodeJsonText(new TextEncoder().encode('"é😀"')).text).toBe('"é😀"');
    expect(decodeJsonText(new Uint8Array([0xef, 0xbb, 0xbf, 0x31])).text).toBe("1");
  });

  test("refuses bytes that are no UTF-8", () => {
    expect(() => decodeJsonText(new Uint8Array([0x22, 0xff, 0x22]), { where: "qc.json" })).toThrow(
      expect.objectContaining({ code: "invalid_file", message: "qc.json is not UTF-8" }),
    );
  });
});
