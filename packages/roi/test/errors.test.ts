import { expect, test } from "vitest";
import { isRoiError, RoiError } from "../src/index.ts";

test("the guard tells this package's errors by their codes", () => {
  const error = new RoiError("not_found", "ROI 7: not in the set", { found: 7 });
  expect(isRoiError(error)).toBe(true);
  expect(isRoiError(error, "invalid_argument", "not_found")).toBe(true);
  expect(isRoiError(error, "invalid_argument")).toBe(false);
  expect(isRoiError(new Error("not_found"))).toBe(false);
  expect(isRoiError({ name: "RoiError", code: "not_found" })).toBe(false);
});

test("an error carries its details and its cause", () => {
  const cause = new Error("why");
  const error = new RoiError("invalid_argument", "$.z: …", {
    path: "$.z",
    expected: "an integer",
    found: "x",
    cause,
  });
  expect(error).toMatchObject({
    name: "RoiError",
    code: "invalid_argument",
    details: { path: "$.z", found: "x" },
  });
  expect(error.cause).toBe(cause);
  expect("cause" in new RoiError("not_found", "…")).toBe(false);
});
