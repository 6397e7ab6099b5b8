import { expect, it } from "vitest";
import { checkExportIdentity, checkPartialExports } from "./export-identity.ts";

it("a hundred random datasets come back from their exports with every byte as it was", async () => {
  const runs = await checkExportIdentity(120);
  console.log(`export and ingest: ${runs} random datasets, 0 differences`);
  expect(runs).toBeGreaterThanOrEqual(120);
}, 300_000);

it("a hundred random datasets come back from two partial exports each", async () => {
  const runs = await checkPartialExports(100);
  console.log(`partial exports: ${runs}, 0 differences`);
  expect(runs).toBeGreaterThanOrEqual(200);
}, 300_000);
