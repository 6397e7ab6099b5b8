import { existsSync, readdirSync, readlinkSync, truncateSync } from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openLocalDataset } from "@kym/zarr-store/node";
import { expect, it } from "vitest";
import {
  exportLegacyFolder,
  ingestLegacyFolder,
  openFileSource,
  refreshFromFolder,
  SidecarArtifactStore,
  storesForPath,
} from "../../../src/node/index.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

const DESCRIPTORS = "/proc/self/fd";

/** What this process has open below a folder. */
function openBelow(folder: string): readonly string[] {
  return readdirSync(DESCRIPTORS).flatMap((descriptor) => {
    try {
      const target = readlinkSync(join(DESCRIPTORS, descriptor));
      return target.startsWith(folder) ? [target] : [];
    } catch {
      return [];
    }
  });
}

// Only Linux says which files a process has open.
it.runIf(existsSync(DESCRIPTORS))(
  "no file stays open after an error, an abort or a loop that was left",
  async () => {
    const folder = await makeLabFolder({
      "lab/a.tif": tinyTiff(1),
      "lab/b.tif": tinyTiff(2),
      "lab/b.qc.json": "{",
      "lab/cut.tif": tinyTiff(3).slice(0, 60),
      "lab/empty.tif": "",
      "lab/sub/c.tif": tinyTiff(4),
    });
    try {
      const held = openFileSource(join(folder, "lab/a.tif"));
      expect(openBelow(folder), "what the test can see").toHaveLength(1);
      held.close();
      const dataset = await openLocalDataset(join(folder, "study.zarr"));
      truncateSync(join(folder, "lab/sub/c.tif"), 2 ** 40);
      const { failed, newImageIds } = await ingestLegacyFolder(dataset, join(folder, "lab"));
      expect(failed).toHaveLength(3);
      await refreshFromFolder(dataset, join(folder, "lab"), { dryRun: true });
      const signal = AbortSignal.abort();
      await expect(dataset.check({ signal })).rejects.toMatchObject({ code: "aborted" });
      await expect(exportLegacyFolder(dataset, join(folder, "out"), { signal })).rejects.toThrow();
      for await (const image of storesForPath(join(folder, "lab"))) {
        await image.pixelStore.describe().catch(() => undefined);
        break;
      }
      for await (const image of dataset.openImages()) {
        await image.pixelStore.describe();
        break;
      }
      for await (const _ of dataset.log()) {
        break;
      }
      const [id = ""] = newImageIds;
      await writeFile(join(folder, `study.zarr/images/${id}/data/c/0/0`), "not it");
      await expect(dataset.record(id).loadArray()).rejects.toMatchObject({ code: "integrity" });
      const sidecars = new SidecarArtifactStore(join(folder, "lab/b.tif"));
      await expect(sidecars.loadJson("qc")).rejects.toMatchObject({ code: "invalid_file" });
      expect(openBelow(folder)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
