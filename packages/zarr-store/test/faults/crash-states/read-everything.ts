import type { Table } from "apache-arrow";
import { isZarrStoreError, type ZarrDataset } from "../../../src/index.ts";

/**
 * Every value that the public API gives of a dataset, by what was asked for. Times of day are left out, and JSON that
 * another program edited is told as such.
 */
export async function readEverything(dataset: ZarrDataset): Promise<Readonly<Record<string, unknown>>> {
  const found: Record<string, unknown> = {};
  for (const id of await dataset.listImageIds()) {
    const record = dataset.record(id);
    const attributes = await record.attributes();
    found[`${id} axes`] = attributes["axes"];
    found[`${id} summary`] = attributes["summary"];
    const { shape, data } = await record.loadArray();
    found[`${id} pixels`] = [shape, [...data].map(String)];
    for (const name of await record.json.list()) {
      found[`${id} json ${name}`] = await record.loadJson(name).catch(unlessModifiedOutside);
    }
    for (const name of await record.tables.list({ format: "parquet" })) {
      found[`${id} parquet ${name}`] = textOf(await record.loadParquet(name));
    }
    for (const name of await record.tables.list({ format: "csv.gz" })) {
      found[`${id} csv ${name}`] = textOf(await record.loadCsvGz(name));
    }
    for (const name of await record.listArrayArtifacts()) {
      found[`${id} array ${name}`] = [...(await record.loadArrayArtifact(name)).data].map(String);
    }
    for (const name of await record.listAttachments()) {
      found[`${id} attachment ${name}`] = [...(await record.loadAttachment(name))];
    }
  }
  for (const name of await dataset.listTableNames()) {
    found[`table ${name}`] = textOf(await dataset.loadTable(name));
  }
  return found;
}

function textOf(table: Table): string {
  return table.toString();
}

function unlessModifiedOutside(error: unknown): string {
  if (isZarrStoreError(error, "modified_outside")) {
    return error.code;
  }
  throw error;
}
