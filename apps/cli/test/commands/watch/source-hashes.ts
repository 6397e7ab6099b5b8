// Which file each image of a dataset was read from, and what the files of a folder are now.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { kymJson } from "../../support/kym.ts";

/** The path and the hash of the file that each image was read from, sorted by path. */
export async function hashesInDataset(cwd: string): Promise<readonly (readonly [string, string])[]> {
  const sql = "select image_id, source_rel_path as path, source_sha256 as sha256 from sources";
  const sources = await kymJson(["query", "study.zarr", `${sql} order by ingested_epoch_ns`], { cwd });
  const images = await kymJson(["ls", "study.zarr"], { cwd });
  const rows: readonly { readonly image_id: string; readonly path: string; readonly sha256: string }[] =
    sources.data;
  const latest = new Map(rows.map(({ image_id: id, path, sha256 }) => [id, [path, sha256] as const]));
  return images.data
    .map(({ image_id: id }: { readonly image_id: string }) => latest.get(id))
    .toSorted(([a]: readonly string[], [b]: readonly string[]) => (String(a) < String(b) ? -1 : 1));
}

/** The path and the hash of each TIFF directly in a folder, sorted by path. */
export async function hashesInFolder(folder: string): Promise<readonly (readonly [string, string])[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".tif")).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(folder, name));
      return [name, createHash("sha256").update(bytes).digest("hex")] as const;
    }),
  );
}
