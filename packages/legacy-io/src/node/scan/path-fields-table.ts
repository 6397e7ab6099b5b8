// The pattern of folder names that a dataset remembers, in a table of its own.

import { PATH_FIELDS_COLUMNS, PATH_FIELDS_TABLE } from "@kym/kym-schema/tables";
import { type DatasetContents, isZarrStoreError, rowsOf } from "@kym/zarr-store";
import { canonicalJson } from "@kym/zarr-store/json";
import { LegacyIoError } from "../../errors.ts";
import { type PathFields, type PathFieldsMap, parsePathFields } from "../../folder/paths/path-fields.ts";

/**
 * Loads the pattern that a dataset remembers; undefined if it remembers none.
 *
 * @throws LegacyIoError `invalid_file` for a table of this name that holds something else; errors of the dataset.
 */
export async function loadPathFields(dataset: DatasetContents): Promise<PathFields | undefined> {
  const rows = await loadRows(dataset);
  const [first] = rows;
  if (first === undefined) {
    return undefined;
  }
  try {
    const map: Record<string, Record<string, string>> = {};
    for (const row of rows) {
      if (row["field"] !== null) {
        const field = textIn(row, "field");
        map[field] = { ...map[field], [textIn(row, "name")]: textIn(row, "value") };
      }
    }
    return parsePathFields(textIn(first, "pattern"), map);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LegacyIoError(
      "invalid_file",
      `the table ${PATH_FIELDS_TABLE} does not hold a pattern of folder names: ${reason}; give the pattern again, or "" to forget it`,
      { path: PATH_FIELDS_TABLE, cause },
    );
  }
}

/** Makes a dataset remember a pattern, or forget it. Writes nothing if that is so already. */
export async function savePathFields(
  contents: DatasetContents,
  pathFields: PathFields | undefined,
): Promise<void> {
  const before = await loadRows(contents);
  if (pathFields === undefined) {
    if (before.length > 0) {
      await contents.deleteTable(PATH_FIELDS_TABLE);
    }
    return;
  }
  const rows = rowsOfPathFields(pathFields);
  if (canonicalJson(before) !== canonicalJson(rows)) {
    await contents.saveTable(PATH_FIELDS_TABLE, rows, { schema: { columns: PATH_FIELDS_COLUMNS } });
  }
}

interface PathFieldsRow extends Readonly<Record<string, string | null>> {
  readonly pattern: string;
  readonly field: string | null;
  readonly name: string | null;
  readonly value: string | null;
}

function rowsOfPathFields({ pattern, map }: Pick<PathFields, "pattern" | "map">): readonly PathFieldsRow[] {
  return [
    { pattern, field: null, name: null, value: null },
    ...Object.entries(map satisfies PathFieldsMap).flatMap(([field, names]) =>
      Object.entries(names).map(([name, value]) => ({ pattern, field, name: name, value })),
    ),
  ];
}

async function loadRows(contents: DatasetContents): Promise<readonly Readonly<Record<string, unknown>>[]> {
  try {
    return Array.from(rowsOf(await contents.loadTable(PATH_FIELDS_TABLE)), (row) => ({ ...row }));
  } catch (error) {
    if (isZarrStoreError(error, "not_found")) {
      return [];
    }
    throw error;
  }
}

function textIn(row: Readonly<Record<string, unknown>>, column: string): string {
  const { [column]: value } = row;
  if (typeof value !== "string") {
    throw new LegacyIoError("invalid_file", `the column ${column} is not text`, {
      expected: "text",
      found: value,
    });
  }
  return value;
}
