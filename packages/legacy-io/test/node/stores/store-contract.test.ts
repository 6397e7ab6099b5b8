import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createNdArray, type NdArray } from "@kym/zarr-store";
import { testArtifactStoreContract, testPixelStoreContract } from "@kym/zarr-store/testing";
import { describe, it } from "vitest";
import { SidecarArtifactStore, TiffPixelStore } from "../../../src/node/index.ts";
import { writeImageJTiff } from "../../../src/tiff/index.ts";

const framework = { describe, it };

async function withTiff(
  array: NdArray,
  axes: readonly string[],
): Promise<{ readonly root: string; readonly path: string; readonly dispose: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), "kym-tiff-store-"));
  const path = join(root, "a.b [1] + µ.TIF");
  await writeFile(path, writeImageJTiff(array, { axes }));
  return { root, path, dispose: () => rm(root, { recursive: true }) };
}

testArtifactStoreContract(framework, "a folder of sidecars", async () => {
  const { root, path, dispose } = await withTiff(createNdArray("uint8", [2, 2]), ["t", "x"]);
  return {
    store: new SidecarArtifactStore(path),
    reopen: async () => new SidecarArtifactStore(path),
    fingerprint: async () => {
      const names = (await readdir(root)).sort();
      const files = names.map(async (name) => [name, await readFile(join(root, name), "hex")]);
      return JSON.stringify(await Promise.all(files));
    },
    dispose,
  };
});

testPixelStoreContract(framework, "a TIFF", async (array, axes) => {
  const { path, dispose } = await withTiff(array, axes);
  return { store: new TiffPixelStore(path), dispose };
});
