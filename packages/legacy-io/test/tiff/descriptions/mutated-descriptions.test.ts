import { expect, test } from "vitest";
import { checkMutatedDescriptions } from "./mutated-descriptions.ts";

test("300 changed descriptions give steps along axes that are there, or a typed error", async () => {
  const { read, stated } = await checkMutatedDescriptions(300);
  expect(read).toBeGreaterThan(100);
  expect(stated).toBeGreaterThan(50);
});
