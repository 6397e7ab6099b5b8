import { expect, test } from "vitest";
import { environmentOptions, isSwitchedOn } from "../../src/arguments/environment-options.ts";

const OPTIONS = {
  jobs: { value: "N", help: "" },
  blind: { help: "" },
  "no-sidecars": { help: "" },
  force: { help: "", neverFromEnvironment: true },
} as const;

// A flag wins over a KYM_* variable, and that over the default.
test("what the command line does not say, the environment may; what it says, holds", () => {
  const environment = { KYM_JOBS: "2", KYM_BLIND: "1", KYM_NO_SIDECARS: "true", KYM_OTHER: "x" };
  expect(environmentOptions(OPTIONS, {}, environment)).toEqual({
    jobs: "2",
    blind: true,
    "no-sidecars": true,
  });
  expect(environmentOptions(OPTIONS, { jobs: "8", blind: true }, environment)).toEqual({
    "no-sidecars": true,
  });
});

test("an empty value, 0 and false are no, and --force is never of the environment", () => {
  const environment = { KYM_JOBS: "", KYM_BLIND: "0", KYM_NO_SIDECARS: "FALSE", KYM_FORCE: "1" };
  expect(environmentOptions(OPTIONS, {}, environment)).toEqual({});
  expect([isSwitchedOn("no-color", { KYM_NO_COLOR: "1" }), isSwitchedOn("no-color", {})]).toEqual([
    true,
    false,
  ]);
});

test("a switch that is neither yes nor no is a mistake", () => {
  expect(() => environmentOptions(OPTIONS, {}, { KYM_BLIND: "perhaps" })).toThrow(
    `KYM_BLIND must be 1 or 0, not "perhaps"`,
  );
});
