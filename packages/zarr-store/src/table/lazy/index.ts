/**
 * Makes tables in programs that may never need one: `await loadArrow()` comes first, and loads Arrow as a part of its own in a
 * bundle. The same functions in `@kym/zarr-store/table` need no call, and bring Arrow with them.
 *
 * @example
 * await loadArrow();
 * const table = tableFromRows([{ score: 0.5 }], { columns: [{ name: "score", type: "float64" }] });
 *
 * @module
 */

export { type RowRange, spliceRows } from "../rows/splice-rows.ts";
export { tableFromColumns, tableFromRows } from "../rows/table-from-rows.ts";
export { takeRows } from "../rows/table-rows.ts";
export { withColumnNames } from "../rows/with-column-names.ts";
export { loadArrow } from "./load-arrow.ts";
