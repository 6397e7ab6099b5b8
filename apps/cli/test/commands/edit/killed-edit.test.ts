import { expect, it } from "vitest";
import { killDeletions, killEdits } from "./killed-edit.ts";

it("an edit that is killed has changed all images or none, and the next one goes on", {
  timeout: 120_000,
}, async () => {
  const { nothing, all } = await killEdits(2);
  expect(nothing + all).toBe(2);
});

it("a deletion that is killed has deleted all images or none", { timeout: 120_000 }, async () => {
  const { nothing, all } = await killDeletions(1);
  expect(nothing + all).toBe(1);
});
