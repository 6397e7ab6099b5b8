import { expect } from "vitest";
import { rowsOf, type TableSchema, type ZarrDataset } from "../../src/index.ts";

/** What a dataset should hold, as plain values. */
export interface DatasetModel {
  /** Grows by one with each commit. */
  version: number;
  readonly images: Map<string, ImageModel>;
  /** The value of each image in a table. */
  readonly tables: Map<string, Map<string, readonly number[]>>;
}

export interface ImageModel {
  readonly pixels: readonly number[];
  /** The key `n` of its summary, if it has one. */
  readonly n: number | undefined;
  /** By kind and name, as in `json qc`. */
  readonly artifacts: Map<string, ArtifactModel>;
}

export type ArtifactModel = readonly number[];

export const SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "v", type: "int64" },
  ],
};

export const KINDS = ["json", "parquet", "csv.gz", "array", "attachment"] as const;
export type ArtifactKind = (typeof KINDS)[number];

export function emptyModel(): DatasetModel {
  return { version: 0, images: new Map(), tables: new Map() };
}

export function copyOf({ version, images, tables }: DatasetModel): DatasetModel {
  return {
    version,
    images: new Map(
      [...images].map(([id, image]) => [id, { ...image, artifacts: new Map(image.artifacts) }]),
    ),
    tables: new Map([...tables].map(([name, rows]) => [name, new Map(rows)])),
  };
}

export function overwrite(model: DatasetModel, other: DatasetModel): void {
  const { version, images, tables } = copyOf(other);
  model.version = version;
  model.images.clear();
  model.tables.clear();
  for (const [id, image] of images) {
    model.images.set(id, image);
  }
  for (const [name, rows] of tables) {
    model.tables.set(name, rows);
  }
}

/** As text, with everything in order, so that two models compare. */
export function textOfModel({ images, tables }: DatasetModel): string {
  const sorted = <V>(map: ReadonlyMap<string, V>): readonly (readonly [string, V])[] =>
    [...map].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({
    images: sorted(images).map(([id, { pixels, n, artifacts }]) => ({
      id,
      pixels,
      n,
      artifacts: sorted(artifacts),
    })),
    tables: sorted(tables).map(([name, rows]) => [name, sorted(rows)]),
  });
}

/** Everything that a dataset gives, read through its public methods. */
export async function modelOf(dataset: ZarrDataset): Promise<DatasetModel> {
  return dataset.readConsistently(async () => {
    const model = emptyModel();
    for await (const record of dataset.iterRecords()) {
      const { data } = await record.loadArray({ dtype: "uint8" });
      const { summary } = await record.attributes();
      const artifacts = new Map<string, ArtifactModel>();
      for (const name of await record.json.list()) {
        const value = await record.loadJson(name);
        expect(value).toEqual({ values: expect.any(Array) });
        artifacts.set(`json ${name}`, valuesOf(value));
      }
      for (const name of await record.tables.list({ format: "parquet" })) {
        artifacts.set(`parquet ${name}`, columnOf(await record.loadParquet(name)));
      }
      for (const name of await record.tables.list({ format: "csv.gz" })) {
        artifacts.set(`csv.gz ${name}`, columnOf(await record.loadCsvGz(name, { schema: SCHEMA })));
      }
      await expectGroupsOfArrays(record);
      for (const name of await record.listArrayArtifacts()) {
        artifacts.set(`array ${name}`, [...(await record.loadArrayArtifact(name)).data].map(Number));
      }
      for (const name of await record.listAttachments()) {
        artifacts.set(`attachment ${name}`, [...(await record.loadAttachment(name))]);
      }
      model.images.set(record.id, { pixels: [...data], n: numberOf(summary), artifacts });
    }
    for (const name of await dataset.listTableNames()) {
      const rows = new Map<string, readonly number[]>();
      for (const { image_id: id, v } of rowsOf(await dataset.loadTable(name))) {
        rows.set(String(id), [...(rows.get(String(id)) ?? []), Number(v)]);
      }
      model.tables.set(name, rows);
    }
    model.version = dataset.version;
    return model;
  });
}

/** Each array has the groups above it, and there are no others. */
async function expectGroupsOfArrays(record: ReturnType<ZarrDataset["record"]>): Promise<void> {
  const nodes = [...(await record.objectHashes()).keys()].filter((key) => key.endsWith("/zarr.json"));
  const arrays = (await record.listArrayArtifacts()).map((name) => `analysis_arrays/${name}/data`);
  const groups = arrays.flatMap((array) => {
    const segments = array.split("/");
    return segments.slice(1).map((_, index) => segments.slice(0, index + 1).join("/"));
  });
  const expected = new Set(["data", ...arrays, ...groups].map((folder) => `${folder}/zarr.json`));
  expect(new Set(nodes)).toEqual(expected);
}

function columnOf(table: Parameters<typeof rowsOf>[0]): readonly number[] {
  return [...rowsOf(table)].map(({ v }) => Number(v));
}

function valuesOf(value: unknown): readonly number[] {
  const values = typeof value === "object" && value !== null && "values" in value ? value.values : [];
  return Array.isArray(values) ? values.map(Number) : [];
}

function numberOf(summary: unknown): number | undefined {
  const n = typeof summary === "object" && summary !== null && "n" in summary ? summary.n : undefined;
  return typeof n === "number" ? n : undefined;
}
