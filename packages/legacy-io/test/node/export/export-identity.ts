import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import fc from "fast-check";
import { expect } from "vitest";
import { exportLegacyFolder, ingestLegacyFolder } from "../../../src/node/index.ts";
import { anyDataset, makeDataset } from "./random-dataset.ts";

/** Exports random datasets and takes them in again: every object and table is what it was. Returns how many. */
export async function checkExportIdentity(numRuns: number): Promise<number> {
  const work = await mkdtemp(join(tmpdir(), "kym-identity-"));
  let runs = 0;
  try {
    await fc.assert(
      fc.asyncProperty(anyDataset, async (random) => {
        const dataset = await makeDataset(random);
        const out = join(work, String(runs++));
        await exportLegacyFolder(dataset, out);
        const copy = await openDataset(memoryStore());
        expect(await ingestLegacyFolder(copy, out)).toMatchObject({
          failed: [],
          conflicts: [],
          ingested: { length: random.images.length },
        });
        expect(await contentsOf(copy)).toEqual(await contentsOf(dataset));
        const { version } = copy;
        expect(await ingestLegacyFolder(copy, out)).toMatchObject({
          unchanged: { length: random.images.length },
        });
        expect(copy.version).toBe(version);
        await rm(out, { recursive: true });
      }),
      { numRuns },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return runs;
}

/** The hash of everything that a dataset holds but its log. */
export async function contentsOf(dataset: ZarrDataset): Promise<Readonly<Record<string, unknown>>> {
  const contents: Record<string, unknown> = {};
  for (const id of await dataset.listImageIds()) {
    contents[id] = Object.fromEntries(await dataset.record(id).objectHashes());
  }
  for (const name of await dataset.listTableNames()) {
    contents[`table ${name}`] = Buffer.from(await dataset.loadTableBytes(name)).toString("base64");
  }
  return contents;
}
