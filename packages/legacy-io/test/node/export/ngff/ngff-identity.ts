import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { memoryStore, openDataset } from "@kym/zarr-store";
import { isDerivedKey } from "@kym/zarr-store/layout";
import fc from "fast-check";
import { expect } from "vitest";
import { exportLegacyFolder } from "../../../../src/node/index.ts";
import { anyDataset, makeDataset } from "../random-dataset.ts";
import { exportedImages, restoreImage } from "./restore-kym.ts";

const withImages = anyDataset.filter(({ images }) => images.length > 0);

/**
 * Exports random datasets for other programs and puts each image together again from `kym/`: every object is there byte for byte, and
 * every other file of the group has a hash. Returns how many images.
 */
export async function checkNgffIdentity(numRuns: number): Promise<number> {
  const work = await mkdtemp(join(tmpdir(), "kym-ngff-"));
  let [runs, images] = [0, 0];
  try {
    await fc.assert(
      fc.asyncProperty(withImages, fc.constantFrom("ome-zarr", "acqstore"), async (random, format) => {
        const dataset = await makeDataset(random);
        const out = join(work, String(runs++));
        const { failed } = await exportLegacyFolder(dataset, out, { format, durability: "none" });
        expect(failed).toEqual([]);
        const exported = await exportedImages(out);
        const copy = await openDataset(memoryStore());
        for (const image of exported) {
          expect(await restoreImage(copy, image)).toEqual([]);
          const { manifest, folder } = image;
          const stated = [
            ...[...manifest.files, ...manifest.others, ...manifest.foreign].map(({ path }) => path),
            "kym/export.json",
          ];
          expect((await filesOf(folder)).filter((path) => !stated.includes(path))).toEqual(
            folder === out ? [".kym-export.json"] : [],
          );
          const objects = [...(await dataset.record(manifest.imageId).objectHashes())].filter(
            ([key]) => !isDerivedKey(key),
          );
          expect(manifest.objects).toEqual(Object.fromEntries(objects));
          expect(Object.fromEntries(await copy.record(manifest.imageId).objectHashes())).toEqual(
            manifest.objects,
          );
          images += 1;
        }
        expect(exported).toHaveLength(random.images.length);
        await rm(out, { recursive: true });
      }),
      { numRuns },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
  return images;
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}
