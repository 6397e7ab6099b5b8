import { expect, test } from "vitest";
import packageJson from "../package.json" with { type: "json" };

test("the package depends on nothing but a library for hashes", () => {
  const kinds = Object.entries(packageJson).filter(([key]) => /dependencies/i.test(key));
  expect(kinds.map(([kind, packages]) => [kind, Object.keys(packages)])).toEqual([
    ["dependencies", ["@noble/hashes"]],
  ]);
});
