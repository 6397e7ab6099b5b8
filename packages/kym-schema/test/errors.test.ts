import { expect, test } from "vitest";
import { isKymSchemaError, KymSchemaError } from "../src/index.ts";

test("an error of kym-schema is known by its name and, if asked, by its code", () => {
  const error = new KymSchemaError("invalid_file", "provenance: path is not text", { found: 1 });
  expect(error).toMatchObject({ name: "KymSchemaError", code: "invalid_file", details: { found: 1 } });
  expect(isKymSchemaError(error)).toBe(true);
  expect(isKymSchemaError(error, "invalid_metadata", "invalid_file")).toBe(true);
  expect(isKymSchemaError(error, "invalid_metadata")).toBe(false);
  expect(isKymSchemaError(new Error("invalid_file"))).toBe(false);
});
