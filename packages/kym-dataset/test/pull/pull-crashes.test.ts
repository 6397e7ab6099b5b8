import { expect, test } from "vitest";
import { checkPullCrashes } from "./pull-crashes.ts";

test("a pull that dies at a change of its store did nothing or all of a commit, and the next pull ends it", async () => {
  expect(await checkPullCrashes(9)).toBeGreaterThan(5);
});
