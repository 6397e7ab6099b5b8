// Makes of an image what a build stored that recorded no reader versions, through the store alone.
import { encodeProvenance, type Provenance, parseProvenance } from "@kym/kym-schema";
import type { NdArray, TableInput, TableSchema, ZarrDataset, ZarrImageRecord } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { sha256Of } from "../../src/node/files/sha256-of.ts";

/** What the old build stored otherwise than today's. */
export interface StoredOtherwise {
  readonly pixels?: NdArray;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly tables?: Readonly<Record<string, { readonly rows: TableInput; readonly schema: TableSchema }>>;
  /** The version of the TIFF reader that is recorded; none by default. */
  readonly tiff?: number;
}

export async function provenanceOf(record: ZarrImageRecord): Promise<Provenance> {
  return parseProvenance((await record.loadJsonText("provenance")).text);
}

/** Stores what an old build read, and provenance as it wrote it: without readers. */
export async function storeAsOldBuild(
  dataset: ZarrDataset,
  record: ZarrImageRecord,
  { pixels, attributes = {}, tables = {}, tiff }: StoredOtherwise = {},
): Promise<void> {
  await record.updateAttributes({
    tiff_warnings: undefined,
    tiff_value_calibration: undefined,
    ...attributes,
  });
  if (pixels !== undefined) {
    await replacePixels(dataset, record, pixels);
  }
  for (const [name, { rows, schema }] of Object.entries(tables)) {
    await record.saveParquet(name, rows, { schema });
  }
  const { reader: _, sidecars, ...rest } = await provenanceOf(record);
  const hashes = await record.objectHashes();
  await record.saveJson(
    "provenance",
    encodeProvenance({
      ...rest,
      ...(tiff !== undefined && { reader: { name: "tiff", version: tiff } }),
      sidecars: sidecars.map(({ reader: __, artifacts, ...file }) => ({
        ...file,
        artifacts: artifacts.map(({ key, sha256 }) => ({ key, sha256: hashes.get(key) ?? sha256 })),
      })),
    }),
  );
}

/** Pixels are never replaced in a dataset, so the image is made again under its id. */
async function replacePixels(dataset: ZarrDataset, record: ZarrImageRecord, pixels: NdArray): Promise<void> {
  const attributes = { ...(await record.attributes()), pixels_sha256: sha256Of(ndArrayBytes(pixels)) };
  const texts = new Map<string, string>();
  for (const name of await record.json.list()) {
    texts.set(name, (await record.loadJsonText(name)).text);
  }
  const tables = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of await record.tables.list({ format: "parquet" })) {
    tables.set(name, await record.tables.loadBytes(name, "parquet"));
  }
  await dataset.deleteImage(record.id);
  await dataset.addImage(pixels, { id: record.id, axes: ["t", "x"], attributes });
  for (const [name, text] of texts) {
    await record.json.saveBytes(name, new TextEncoder().encode(text));
  }
  for (const [name, bytes] of tables) {
    await record.tables.saveBytes(name, "parquet", bytes);
  }
}
