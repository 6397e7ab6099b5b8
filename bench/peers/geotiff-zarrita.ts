// The ingest to compare with: geotiff and zarrita, used as in their own first examples.

import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import FileSystemStore from "@zarrita/storage/fs";
import { fromFile } from "geotiff";
import * as zarr from "zarrita";

/** Stores each TIFF of a folder as an array of one chunk, one after the other. */
export async function ingestPlainly(folder: string, target: string): Promise<void> {
  const root = zarr.root(new FileSystemStore(target));
  await zarr.create(root);
  for (const name of readdirSync(folder).sort()) {
    const tiff = await fromFile(join(folder, name));
    const image = await tiff.getImage();
    const [pixels] = await image.readRasters();
    tiff.close();
    if (!(pixels instanceof Uint16Array)) {
      throw new Error(`${name}: not 16 bits a pixel`);
    }
    const shape = [image.getHeight(), image.getWidth()];
    const array = await zarr.create(root.resolve(name), { shape, chunkShape: shape, dtype: "uint16" });
    await zarr.set(array, null, { data: pixels, shape, stride: [shape[1] ?? 0, 1] });
  }
}

/** Returns the digest of all pixels, in the order of the names. */
export async function digestOfPlainIngest(target: string): Promise<string> {
  const root = zarr.root(new FileSystemStore(target));
  const hash = createHash("sha256");
  for (const name of readdirSync(target).sort()) {
    if (name !== "zarr.json") {
      const { data } = await zarr.get(await zarr.open(root.resolve(name), { kind: "array" }));
      if (!(data instanceof Uint16Array)) {
        throw new Error(`${name}: not 16 bits a pixel`);
      }
      hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    }
  }
  return hash.digest("hex");
}
