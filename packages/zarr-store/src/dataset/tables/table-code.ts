// What makes, decodes and encodes tables, with Arrow, as one part that is loaded on demand.

export { decodeCsvGz, encodeCsvGz } from "../../table/csv/csv-gz.ts";
export { decodeParquet, encodeParquet } from "../../table/parquet/parquet.ts";
export {
  assertSameSchemas,
  decodeParquetParts,
  joinParquetParts,
} from "../../table/parquet/parquet-parts.ts";
export { appendSources, decodeSources, encodeSources, replaceRows, tableOf } from "./table-store.ts";
