import { expect, test } from "vitest";
import { isKymDatasetError, KymDatasetError } from "../src/index.ts";

test("an error has a code, details and its cause, and a guard that knows the codes", () => {
  const cause = new Error("below");
  const error = new KymDatasetError("not_found", "there is no image x", { path: "x", cause });
  expect(error).toMatchObject({ name: "KymDatasetError", code: "not_found", cause, details: { path: "x" } });
  expect(isKymDatasetError(error)).toBe(true);
  expect(isKymDatasetError(error, "aborted", "not_found")).toBe(true);
  expect(isKymDatasetError(error, "aborted")).toBe(false);
  expect(isKymDatasetError(cause)).toBe(false);
  expect(new KymDatasetError("aborted", "x")).not.toHaveProperty("cause", expect.anything());
});
