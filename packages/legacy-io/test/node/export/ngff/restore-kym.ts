import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ZarrDataset } from "@kym/zarr-store";
import {
  decodeKymManifest,
  KYM_MANIFEST,
  type KymManifest,
} from "../../../../src/export/ngff/kym-manifest.ts";
import { sha256Of } from "../../../../src/node/files/sha256-of.ts";

/** Every image of an export: the folder of its group, and what `kym/export.json` says. */
export async function exportedImages(
  root: string,
): Promise<readonly { readonly folder: string; readonly manifest: KymManifest }[]> {
  const files = await readdir(root, { recursive: true });
  const folders = files
    .filter((path) => path === KYM_MANIFEST || path.endsWith(`/${KYM_MANIFEST}`))
    .map((path) => resolve(root, path.slice(0, -KYM_MANIFEST.length)))
    .sort();
  return Promise.all(
    folders.map(async (folder) => ({
      folder,
      manifest: decodeKymManifest(await readFile(join(folder, KYM_MANIFEST))),
    })),
  );
}

/** Puts each file back at the key that it has in a dataset, and says which files do not have the hash that is stated. */
export async function restoreImage(
  dataset: ZarrDataset,
  { folder, manifest }: { readonly folder: string; readonly manifest: KymManifest },
): Promise<readonly string[]> {
  const wrong: string[] = [];
  await dataset.transaction(async (transaction) => {
    for (const { path, sha256, key } of [...manifest.files, ...manifest.pixels.chunks]) {
      const bytes = new Uint8Array(await readFile(join(folder, path)));
      wrong.push(...(sha256Of(bytes) === sha256 ? [] : [path]));
      await transaction.exact.save(`images/${manifest.imageId}/${key}`, bytes);
    }
  });
  for (const { path, sha256 } of [...manifest.foreign, ...manifest.others]) {
    wrong.push(...(sha256Of(await readFile(join(folder, path))) === sha256 ? [] : [path]));
  }
  return wrong;
}
