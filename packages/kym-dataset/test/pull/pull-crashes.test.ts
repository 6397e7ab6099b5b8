import { expect, test } from "vitest";
import { checkPullCrashes, checkSettleCrashes } from "./pull-crashes.ts";

test("a pull that dies at a change of its store did nothing or all of a commit, and the next pull ends it", async () => {
  expect(await checkPullCrashes(14)).toBeGreaterThan(5);
});

test("an image that a pull kept is settled wholly or not at all, if that dies at a change of its store", async () => {
  expect(await checkSettleCrashes(26)).toBeGreaterThan(5);
});
