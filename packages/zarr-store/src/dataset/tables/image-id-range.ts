// The range of image ids that a part of a pooled table states.

import type { Table } from "apache-arrow";
import { isZarrStoreError } from "../../errors.ts";
import { isObject } from "../../json/is-object.ts";
import { parsePlain } from "../../json/parse-plain.ts";
import { rowRunsOf } from "../../table/rows/row-runs.ts";

/** The first and the last image id of the rows of a part, in the order of UTF-16 code units. */
export interface ImageIdRange {
  readonly first: string;
  readonly last: string;
}

/** The key in the metadata of a Parquet file. Its value is JSON: `{"first": "…", "last": "…"}`. */
export const IMAGE_ID_RANGE = "image_id_range";

/** The column that a stated range is about. */
const IMAGE_ID = "image_id";

/** Reads a stated range; undefined if the part states no range, or one that makes no sense. It is read whole then. */
export function parseImageIdRange(text: string | undefined): ImageIdRange | undefined {
  let value: unknown;
  try {
    value = text === undefined ? undefined : parsePlain(text);
  } catch (error) {
    if (!isZarrStoreError(error, "invalid_file")) {
      throw error;
    }
    return undefined;
  }
  if (!isObject(value)) {
    return undefined;
  }
  const { first, last } = value;
  return typeof first === "string" && typeof last === "string" && first <= last ? { first, last } : undefined;
}

/** Says which row of a part lies outside the range that the part states; undefined if none does. */
export function imageIdRangeFault(table: Table): string | undefined {
  const range = parseImageIdRange(table.schema.metadata.get(IMAGE_ID_RANGE));
  if (range === undefined) {
    return undefined;
  }
  if (!table.schema.fields.some(({ name }) => name === IMAGE_ID)) {
    return `it states a range of image ids and has no column ${IMAGE_ID}`;
  }
  for (const { firstRow, texts } of rowRunsOf(table, [IMAGE_ID])) {
    const [id = null] = texts;
    if (id === null || id < range.first || id > range.last) {
      return `row ${firstRow} is of ${id ?? "no image"}, outside the range that the part states: ${range.first} to ${range.last}`;
    }
  }
  return undefined;
}
