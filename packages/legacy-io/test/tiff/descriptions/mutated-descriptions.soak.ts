import { expect, test } from "vitest";
import { checkMutatedDescriptions } from "./mutated-descriptions.ts";

test("48 000 changed descriptions, 12 000 of each kind, give steps along axes that are there, or a typed error", {
  timeout: 300_000,
}, async () => {
  const { read } = await checkMutatedDescriptions(48_000);
  expect(read).toBeGreaterThan(16_000);
});
