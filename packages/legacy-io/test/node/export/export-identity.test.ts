import { expect, it } from "vitest";
import { checkExportIdentity, checkPartialExports } from "./export-identity.ts";

it("a random dataset comes back from its export with every byte as it was", async () => {
  expect(await checkExportIdentity(8)).toBeGreaterThanOrEqual(8);
});

it("two partial exports of a random dataset make it again, with each image as it was and the rows of each table", async () => {
  expect(await checkPartialExports(6)).toBeGreaterThanOrEqual(12);
});
