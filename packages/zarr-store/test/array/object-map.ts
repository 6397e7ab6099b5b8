import { type ArrayMetadata, parseArrayMetadata } from "../../src/array/metadata/array-metadata.ts";
import type { ArrayObject, ChunkReader } from "../../src/array/zarr-array.ts";
import { parseLossless, plainValue } from "../../src/json/lossless-json.ts";

export type ObjectMap = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/** Collects copies of the objects, in the order in which they came. */
export async function collectObjects(objects: AsyncIterable<ArrayObject>): Promise<ObjectMap> {
  const map = new Map<string, Uint8Array<ArrayBuffer>>();
  for await (const { key, bytes } of objects) {
    map.set(key, new Uint8Array(bytes));
  }
  return map;
}

/** Gives fresh copies, as a store does, and notes the keys asked for. */
export function readerOf(objects: ObjectMap): ChunkReader & { readonly keys: string[] } {
  const keys: string[] = [];
  const read: ChunkReader = async (key) => {
    keys.push(key);
    const bytes = objects.get(key);
    return bytes === undefined ? undefined : new Uint8Array(bytes);
  };
  return Object.assign(read, { keys });
}

export function metadataIn(objects: ObjectMap): ArrayMetadata {
  const where = objects.has("zarr.json") ? "zarr.json" : ".zarray";
  return parseArrayMetadata(plainValue(parseLossless(new TextDecoder().decode(objects.get(where)))), where);
}
