import * as wasm from "parquet-wasm";
import { tableOf } from "../../src/dataset/tables/table-store.ts";
import type { ZarrDataset } from "../../src/index.ts";
import { type KeyValueStore, parseStoreKey, type Row, type TableSchema } from "../../src/index.ts";
import { encodeParquet } from "../../src/table/index.ts";

export interface PartOptions {
  /** The range of image ids to state, as text. Default: none is stated. */
  readonly range?: string;
}

/** The bytes of a part, as another writer makes them: the range stands in Parquet's own metadata. */
export async function partBytes(
  rows: readonly Row[],
  schema: TableSchema,
  { range }: PartOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await encodeParquet(tableOf(rows, schema, "a part"), { schema });
  if (range === undefined) {
    return bytes;
  }
  const properties = new wasm.WriterPropertiesBuilder()
    .setKeyValueMetadata(new Map([["image_id_range", range]]))
    .build();
  return new Uint8Array(wasm.writeParquet(wasm.readParquet(bytes), properties));
}

/** The path of a part of a table. */
export function partPath(table: string, number: number): string {
  return `tables/${table}/part-${String(number).padStart(8, "0")}.parquet`;
}

/** Commits a table as a folder of parts, in the way that is open to other programs: the files are put there and adopted. */
export async function commitParts(
  { dataset, store }: { readonly dataset: ZarrDataset; readonly store: KeyValueStore },
  table: string,
  parts: readonly Uint8Array[],
): Promise<void> {
  const paths: string[] = [];
  for (const [index, bytes] of parts.entries()) {
    const path = partPath(table, index);
    await store.put(parseStoreKey(path), bytes);
    paths.push(path);
  }
  await dataset.adopt({ paths });
}
