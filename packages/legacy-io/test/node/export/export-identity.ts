import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryStore, openDataset, type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
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
      fc.asyncProperty(anyDataset, fc.constantFrom("ids", "lab"), async (random, layout) => {
        const dataset = await makeDataset(random);
        const out = join(work, String(runs++));
        await exportLegacyFolder(dataset, out, { layout });
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

/**
 * Exports some images of random datasets, as the lab's folder, and takes them in: the images are what they were, and
 * tables have the rows of these images. The rest, ingested after them, makes the whole. Returns how many.
 */
export async function checkPartialExports(numRuns: number): Promise<number> {
  const work = await mkdtemp(join(tmpdir(), "kym-partial-"));
  let runs = 0;
  try {
    await fc.assert(
      fc.asyncProperty(anyDataset, fc.array(fc.boolean(), { minLength: 3 }), async (random, choice) => {
        const dataset = await makeDataset(random);
        const all = await dataset.listImageIds();
        const chosen = all.filter((_, index) => choice[index]);
        const rest = all.filter((id) => !chosen.includes(id));
        const copy = await openDataset(memoryStore());
        const whole = await contentsOf(dataset);
        for (const imageIds of [chosen, rest]) {
          const out = join(work, String(runs++));
          const { leftOut } = await exportLegacyFolder(dataset, out, { layout: "lab", imageIds });
          const others = all.filter((id) => !imageIds.includes(id));
          expect((leftOut?.images ?? []).map(({ imageId }) => imageId)).toEqual(others);
          expect(await ingestLegacyFolder(copy, out)).toMatchObject({ failed: [], conflicts: [] });
          expect(await ingestLegacyFolder(dataset, out)).toMatchObject({
            ingested: [],
            unchanged: { length: imageIds.length },
          });
          for (const id of imageIds) {
            expect(Object.fromEntries(await copy.record(id).objectHashes())).toEqual(whole[id]);
          }
          await rm(out, { recursive: true });
        }
        expect(await copy.listImageIds()).toEqual(all);
        if (random.pooled !== undefined && all.length > 0) {
          expect(await rowsByImage(copy)).toEqual(await rowsByImage(dataset));
        }
      }),
      { numRuns },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return runs;
}

async function rowsByImage(dataset: ZarrDataset): Promise<Readonly<Record<string, readonly Row[]>>> {
  const rows: Record<string, Row[]> = {};
  for (const row of rowsOf(await dataset.loadTable("pooled"))) {
    const id = String(row["image_id"]);
    rows[id] = [...(rows[id] ?? []), row];
  }
  return rows;
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
