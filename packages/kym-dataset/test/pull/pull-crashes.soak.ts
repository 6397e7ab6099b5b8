import { expect, test } from "vitest";
import { checkPullCrashes } from "./pull-crashes.ts";

test("a pull that dies at any change of its store is ended by the next pull", async () => {
  expect(await checkPullCrashes(1)).toBeGreaterThan(40);
}, 300_000);
