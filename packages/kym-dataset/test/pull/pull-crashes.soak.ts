import { expect, test } from "vitest";
import { checkPullCrashes, checkSettleCrashes } from "./pull-crashes.ts";

test("a pull that dies at any change of its store is ended by the next pull", async () => {
  expect(await checkPullCrashes(1)).toBeGreaterThan(40);
}, 300_000);

test("an image that a pull kept is settled wholly or not at all, at whatever change of its store that dies", async () => {
  expect(await checkSettleCrashes(1)).toBeGreaterThan(40);
}, 300_000);
