import { expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };

test("the package depends on nothing", () => {
  expect(Object.keys(packageJson).filter((key) => /dependencies/i.test(key))).toEqual([]);
});
