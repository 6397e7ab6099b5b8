import fc from "fast-check";
import type { DatasetContents, Row, ZarrStoreErrorCode } from "../../src/index.ts";
import { type ArtifactKind, type DatasetModel, KINDS, SCHEMA } from "./dataset-model.ts";

/** One change that a caller asks for, of few names and values, so that changes meet. */
export type DatasetChange =
  | {
      readonly do: "addImage";
      readonly id: string;
      readonly values: readonly number[];
      readonly n: number | undefined;
    }
  | { readonly do: "deleteImage" | "deleteAnalysis"; readonly id: string }
  | {
      readonly do: "deletePart";
      readonly id: string;
      /** A table in both formats, or in one. */
      readonly kind: ArtifactKind | "table";
      readonly name: string;
    }
  | {
      readonly do: "save";
      readonly id: string;
      readonly kind: ArtifactKind;
      readonly name: string;
      readonly values: readonly number[];
    }
  | {
      readonly do: "replaceRows" | "saveTable";
      readonly table: string;
      readonly rows: readonly (readonly [id: string, values: readonly number[]])[];
    }
  | { readonly do: "deleteTable"; readonly table: string };

const id = fc.constantFrom("a", "b", "c", "d");
const table = fc.constantFrom("t", "u");
const artifactName = fc.constantFrom("qc", "deep/er", "deep/er/params");
const values = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 1, maxLength: 6 });
const rows = fc.uniqueArray(fc.tuple(id, fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 3 })), {
  selector: ([imageId]) => imageId,
  maxLength: 3,
});

export const datasetChange: fc.Arbitrary<DatasetChange> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("addImage" as const),
      id,
      values,
      n: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("deleteImage", "deleteAnalysis"), id }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("deletePart" as const),
      id,
      kind: fc.constantFrom(...KINDS, "table" as const),
      name: artifactName,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("save" as const),
      id,
      kind: fc.constantFrom(...KINDS),
      name: artifactName,
      values,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("replaceRows", "saveTable"), table, rows }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("deleteTable" as const), table }) },
);

/** Changes the model as the change should change the dataset. Returns the code of the error, or "" on success. */
export function changeModel(model: DatasetModel, change: DatasetChange): ZarrStoreErrorCode | "" {
  switch (change.do) {
    case "addImage": {
      if (model.images.has(change.id)) {
        return "already_exists";
      }
      model.images.set(change.id, { pixels: change.values, n: change.n, artifacts: new Map() });
      return "";
    }
    case "deleteImage": {
      model.images.delete(change.id);
      return "";
    }
    case "deleteAnalysis": {
      const artifacts = model.images.get(change.id)?.artifacts;
      if (artifacts === undefined) {
        return "not_found";
      }
      for (const key of [...artifacts.keys()].filter((name) => /^(json|parquet|csv\.gz) /.test(name))) {
        artifacts.delete(key);
      }
      return "";
    }
    case "deletePart": {
      const image = model.images.get(change.id);
      for (const key of keysOf(change)) {
        image?.artifacts.delete(key);
      }
      return image === undefined ? "not_found" : "";
    }
    case "save": {
      const image = model.images.get(change.id);
      image?.artifacts.set(`${change.kind} ${nameOf(change)}`, change.values);
      return image === undefined ? "not_found" : "";
    }
    case "saveTable": {
      model.tables.set(change.table, new Map(change.rows.filter(([, cells]) => cells.length > 0)));
      return "";
    }
    case "replaceRows": {
      const present = model.tables.get(change.table) ?? new Map<string, readonly number[]>();
      model.tables.set(change.table, present);
      for (const [imageId, cells] of change.rows) {
        if (cells.length > 0) {
          present.set(imageId, cells);
        } else {
          present.delete(imageId);
        }
      }
      return "";
    }
    case "deleteTable": {
      model.tables.delete(change.table);
      return "";
    }
  }
}

/** Whether the model has what the change would delete; undefined for any other change. */
export function hasPart(model: DatasetModel, change: DatasetChange): boolean | undefined {
  const artifacts = model.images.get(change.do === "deletePart" ? change.id : "")?.artifacts;
  return change.do === "deletePart" ? keysOf(change).some((key) => artifacts?.has(key)) : undefined;
}

/** Returns what a deletion of one part says. */
export async function changeDataset(
  contents: DatasetContents,
  change: DatasetChange,
  signal?: AbortSignal,
): Promise<boolean | undefined> {
  const options = { ...(signal && { signal }) };
  switch (change.do) {
    case "addImage": {
      const array = {
        dtype: "uint8",
        shape: [1, change.values.length],
        data: bytesOf(change.values),
      } as const;
      const summary = change.n === undefined ? {} : { n: change.n };
      await contents.addImage(array, { id: change.id, summary, ...options });
      return undefined;
    }
    case "deleteImage":
      await contents.deleteImage(change.id, options);
      return undefined;
    case "deleteAnalysis":
      await contents.record(change.id).deleteAnalysis(options);
      return undefined;
    case "deletePart":
      return deletePart(contents, change, options);
    case "save":
      await saveArtifact(contents, change, options);
      return undefined;
    case "saveTable":
      await contents.saveTable(
        change.table,
        change.rows.flatMap(([imageId, cells]) => rowsFor(imageId, cells)),
        { schema: SCHEMA, ...options },
      );
      return undefined;
    case "replaceRows":
      await contents.replaceRowsForImageIds(
        change.table,
        new Map(change.rows.map(([imageId, cells]) => [imageId, rowsFor(imageId, cells)])),
        { schema: SCHEMA, ...options },
      );
      return undefined;
    case "deleteTable":
      await contents.deleteTable(change.table, options);
      return undefined;
  }
}

async function deletePart(
  contents: DatasetContents,
  change: Extract<DatasetChange, { readonly do: "deletePart" }>,
  options: { readonly signal?: AbortSignal },
): Promise<boolean> {
  const record = contents.record(change.id);
  switch (change.kind) {
    case "json":
      return record.json.delete(change.name, options);
    case "parquet":
    case "csv.gz":
      return record.tables.delete(change.name, { format: change.kind, ...options });
    case "table":
      return record.tables.delete(change.name, options);
    case "array":
      return record.arrays.delete(change.name, options);
    case "attachment":
      return record.attachments.delete(nameOf({ ...change, kind: "attachment" }), options);
  }
}

async function saveArtifact(
  contents: DatasetContents,
  change: Extract<DatasetChange, { readonly do: "save" }>,
  options: { readonly signal?: AbortSignal },
): Promise<void> {
  const record = contents.record(change.id);
  const name = nameOf(change);
  switch (change.kind) {
    case "json":
      await record.saveJson(name, { values: change.values }, options);
      return;
    case "parquet":
      await record.saveParquet(name, rowsFor(change.id, change.values), { schema: SCHEMA, ...options });
      return;
    case "csv.gz":
      await record.saveCsvGz(name, rowsFor(change.id, change.values), { schema: SCHEMA, ...options });
      return;
    case "array": {
      const data = Float64Array.from(change.values);
      await record.saveArrayArtifact(name, { dtype: "float64", shape: [data.length], data }, options);
      return;
    }
    case "attachment":
      await record.saveAttachment(name, bytesOf(change.values), options);
  }
}

/** Attachments lie in one folder. */
function nameOf({ kind, name }: { readonly kind: ArtifactKind; readonly name: string }): string {
  return kind === "attachment" ? name.replaceAll("/", "-") : name;
}

/** Of what a deletion means, in the model. */
function keysOf({
  kind,
  name,
}: Pick<Extract<DatasetChange, { readonly do: "deletePart" }>, "kind" | "name">): readonly string[] {
  return kind === "table" ? [`parquet ${name}`, `csv.gz ${name}`] : [`${kind} ${nameOf({ kind, name })}`];
}

function rowsFor(imageId: string, cells: readonly number[]): readonly Row[] {
  return cells.map((v) => ({ image_id: imageId, v: BigInt(v) }));
}

function bytesOf(cells: readonly number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(cells);
}
