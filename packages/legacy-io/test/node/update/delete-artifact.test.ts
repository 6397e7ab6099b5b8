import { memoryStore, openDataset } from "@kym/zarr-store";
import { expect, it } from "vitest";
import { deleteArtifact } from "../../../src/node/update/delete-artifact.ts";

const SCHEMA = { columns: [{ name: "v", type: "float64" }] } as const;

it.each([
  "analysis/qc.json",
  "analysis/a/trace.parquet",
  "analysis/a/trace.csv.gz",
  "analysis_arrays/mask",
  "attachments/a.json",
])("of an image, %s is deleted by its key, and nothing else", async (key) => {
  const dataset = await openDataset(memoryStore());
  const array = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
  const record = await dataset.addImage(array, { id: "one" });
  await record.saveJson("qc", {});
  await record.saveParquet("a/trace", [{ v: 1 }], { schema: SCHEMA });
  await record.saveCsvGz("a/trace", [{ v: 1 }], { schema: SCHEMA });
  await record.saveArrayArtifact("mask", array);
  await record.saveArrayArtifact("mask/inner", array);
  await record.saveAttachment("a.json", new Uint8Array([1]));
  const before = [...(await record.objectHashes()).keys()];
  expect(await deleteArtifact(record, key)).toBe(true);
  const isDeleted = (path: string): boolean => path === key || path.startsWith(`${key}/data/`);
  expect(before.filter(isDeleted)).not.toEqual([]);
  expect([...(await record.objectHashes()).keys()]).toEqual(before.filter((path) => !isDeleted(path)));
  expect(await deleteArtifact(record, key)).toBe(false);
  for (const other of ["analysis/../qc.json", "zarr.json", "data/zarr.json", "analysis/qc.txt", ""]) {
    expect(await deleteArtifact(record, other)).toBe(false);
  }
});
