import { expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };

test("the package has no dependency of any kind", () => {
  expect(Object.keys(packageJson).filter((key) => /dependencies/i.test(key))).toEqual([]);
});
