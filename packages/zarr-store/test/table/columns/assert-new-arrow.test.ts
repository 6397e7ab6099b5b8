import * as library from "apache-arrow";
import { expect, it } from "vitest";
import { isZarrStoreError } from "../../../src/errors.ts";
import { assertNewArrow } from "../../../src/table/columns/assert-new-arrow.ts";
import { ARROW_PARTS } from "../../../src/table/columns/bundled-arrow.ts";
import { arrow, keepArrow } from "../../../src/table/columns/loaded-arrow.ts";

it("an Arrow before 16.1, whose tables have no `at`, is not supported; ours is", () => {
  class OldTable {}
  assertNewArrow(library);
  const isRefused = (error: unknown): boolean => isZarrStoreError(error, "not_supported");
  expect(() => assertNewArrow({ Table: OldTable })).toThrow(expect.toSatisfy(isRefused));
  // A bundle does not keep it either.
  const old: typeof ARROW_PARTS = { ...ARROW_PARTS };
  Reflect.set(old, "Table", OldTable);
  expect(() => keepArrow(old)).toThrow("16.1 or newer is needed");
  expect(() => arrow()).toThrow("not loaded yet");
});
