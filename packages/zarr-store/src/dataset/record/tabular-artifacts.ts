import type { Table } from "apache-arrow";
import { parseArtifactName } from "../../image/artifact-name.ts";
import type { ReadOptions } from "../../runtime/read-options.ts";
import { decodeCsvGz, encodeCsvGz } from "../../table/csv/csv-gz.ts";
import { decodeParquet, encodeParquet } from "../../table/parquet/parquet.ts";
import { schemaOfTable, type TableSchema } from "../../table/table-schema.ts";
import { type TabularFormat, tabularPath } from "../layout.ts";
import { type TableInput, tableOf } from "../tables/table-store.ts";
import { notFound, type RecordObjects } from "./record-objects.ts";

export interface SaveTabularOptions extends ReadOptions {
  readonly schema?: TableSchema;
}

export interface DeleteTabularOptions extends ReadOptions {
  /** Default: whichever the artifact is there in. */
  readonly format?: TabularFormat | undefined;
}

export interface LoadParquetOptions extends ReadOptions {
  /** See `decodeParquet`. */
  readonly memory?: "own" | "shared" | undefined;
}

export async function saveTabular(
  record: RecordObjects,
  format: TabularFormat,
  name: string,
  rows: TableInput,
  options: SaveTabularOptions,
): Promise<string> {
  const path = tabularPath(record.id, parseArtifactName(name), format);
  const table = tableOf(rows, options.schema, path);
  const bytes =
    format === "parquet"
      ? await encodeParquet(table, { schema: options.schema ?? schemaOfTable(table) })
      : await encodeCsvGz(table);
  await record.putArtifact(path, name, bytes, options);
  return path;
}

export async function saveTabularBytes(
  record: RecordObjects,
  format: TabularFormat,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  options: ReadOptions,
): Promise<string> {
  const path = tabularPath(record.id, parseArtifactName(name), format);
  await decodeTabular(format, bytes, path, {});
  await record.putArtifact(path, name, bytes, options);
  return path;
}

export async function loadTabular(
  record: RecordObjects,
  format: TabularFormat,
  name: string,
  options: SaveTabularOptions & LoadParquetOptions,
): Promise<Table> {
  const bytes = await loadTabularBytes(record, format, name, options);
  return decodeTabular(format, bytes, tabularPath(record.id, parseArtifactName(name), format), options);
}

export async function loadTabularBytes(
  record: RecordObjects,
  format: TabularFormat,
  name: string,
  options: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const path = tabularPath(record.id, parseArtifactName(name), format);
  const bytes = await record.session.read(path, options);
  if (bytes === undefined) {
    throw notFound(`image ${record.id} has no ${format} artifact ${name}`, path);
  }
  return bytes;
}

export async function deleteTabular(
  record: RecordObjects,
  name: string,
  options: DeleteTabularOptions,
): Promise<boolean> {
  const formats: readonly TabularFormat[] = options.format ? [options.format] : ["parquet", "csv.gz"];
  const paths = formats.map((format) => tabularPath(record.id, parseArtifactName(name), format));
  return record.change(`delete ${name}`, options, async (transaction) => {
    let wasThere = false;
    for (const path of paths) {
      wasThere = (await transaction.delete(path)) || wasThere;
    }
    return wasThere;
  });
}

async function decodeTabular(
  format: TabularFormat,
  bytes: Uint8Array<ArrayBuffer>,
  where: string,
  { schema, memory }: SaveTabularOptions & LoadParquetOptions,
): Promise<Table> {
  return format === "parquet"
    ? decodeParquet(bytes, { where, memory })
    : decodeCsvGz(bytes, schema, { where });
}
