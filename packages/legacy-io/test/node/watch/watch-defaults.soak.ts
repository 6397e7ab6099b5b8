// The times of a watch without options: 5 s of rest make a scan whole, and 10 s lie between commits.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset } from "@kym/zarr-store";
import { expect, it } from "vitest";
import { watchFolder } from "../../../src/node/index.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

it("a scan is whole after 5 s without a change, and the next commit comes 10 s after it at the earliest", {
  timeout: 120_000,
}, async () => {
  const folder = await makeLabFolder({ "a.tif": tinyTiff(1) });
  const startedMs = performance.now();
  const committedMs: number[] = [];
  try {
    for await (const { type } of watchFolder(await openDataset(memoryStore()), folder)) {
      if (type === "committed" && committedMs.push(performance.now() - startedMs) === 2) {
        break;
      }
      if (type === "committed") {
        await writeFile(join(folder, "b.tif"), tinyTiff(2));
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  const [first = 0, second = 0] = committedMs;
  expect(first).toBeGreaterThanOrEqual(5000);
  expect(second - first).toBeGreaterThanOrEqual(9990);
});
