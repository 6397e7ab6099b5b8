// Makes a table of what a caller passed, for callers that load nothing before.

import type { Table } from "apache-arrow";
import { ensureArrow } from "#arrow-now";
import type { TableSchema } from "../../table/table-schema.ts";
import type { TableInput } from "./table-input.ts";
import { tableOf as make } from "./table-store.ts";

/**
 * The table itself, or a table made from rows and their schema.
 *
 * @throws {ZarrStoreError} `schema_mismatch` that names the first column that differs; `invalid_argument` for rows
 * without a schema
 */
export function tableOf(input: TableInput, schema: TableSchema | undefined, where: string): Table {
  ensureArrow();
  return make(input, schema, where);
}
