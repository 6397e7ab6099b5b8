import { expect, test } from "vitest";
import { isLegacyIoError, LegacyIoError } from "../src/errors.ts";

test("an error has a code, details, its cause, and a guard that asks for codes", () => {
  const cause = new Error("below");
  const error = new LegacyIoError("invalid_file", "x", { line: 3, cause });
  expect([error.name, error.code, error.details.line, error.cause]).toEqual([
    "LegacyIoError",
    "invalid_file",
    3,
    cause,
  ]);
  expect(isLegacyIoError(error)).toBe(true);
  expect(isLegacyIoError(error, "io", "invalid_file")).toBe(true);
  expect(isLegacyIoError(error, "io")).toBe(false);
  expect(isLegacyIoError(cause)).toBe(false);
  expect(isLegacyIoError(undefined)).toBe(false);
});

test("an error of another copy of this package is one too", () => {
  const foreign = Object.assign(new Error("x"), { name: "LegacyIoError", code: "io" });
  expect(isLegacyIoError(foreign, "io")).toBe(true);
});
