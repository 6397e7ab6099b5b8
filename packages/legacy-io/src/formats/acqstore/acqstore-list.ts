// Reads acqstore's lists of files: a CSV with `_rel_path`, and in a randomised one the group and the order that was drawn.

import { canonicalJson } from "@kym/zarr-store/json";
import { LegacyIoError } from "../../errors.ts";
import { readSidecarCsv } from "../sidecar-csv.ts";

/** One row of a list. */
export interface AcqstoreListRow {
  /** Parts joined by `/`. */
  readonly relPath: string;
  readonly group: string | null;
  readonly randomOrder: bigint | null;
  /** From 0. */
  readonly sourceIndex: bigint | null;
  /** Further columns, as JSON. */
  readonly others: string | null;
}

const TITLES = {
  path: "_rel_path",
  group: "_group",
  randomOrder: "_random_order",
  sourceIndex: "_source_index",
} as const;
const KNOWN: ReadonlySet<string> = new Set(Object.values(TITLES));
const LONGEST_PATH = 4096;

/** True if a CSV that begins so is a list. */
export function isAcqstoreList(start: Uint8Array): boolean {
  const [first = ""] = new TextDecoder()
    .decode(start)
    .replace(/^\ufeff/, "")
    .split(/[\r\n]/);
  return first.split(",").some((title) => title.trim().replaceAll('"', "") === TITLES.path);
}

/**
 * Reads a list.
 * @throws {LegacyIoError} `invalid_file` if the bytes are not CSV, or for a path that is empty, absolute or leads out of the folder;
 * `schema_mismatch` for an order that is not a whole number
 */
export function readAcqstoreList(bytes: Uint8Array): readonly AcqstoreListRow[] {
  const { columns, schema, rowCount } = readSidecarCsv(bytes, {
    schema: {
      columns: [
        { name: TITLES.path, type: "utf8" },
        { name: TITLES.group, type: "utf8" },
        { name: TITLES.randomOrder, type: "int64" },
        { name: TITLES.sourceIndex, type: "int64" },
      ],
    },
  });
  const others = schema.columns.map(({ name }) => name).filter((name) => !KNOWN.has(name));
  const cell = (title: string, row: number): unknown => columns[title]?.[row] ?? null;
  return Array.from({ length: rowCount }, (_, row): AcqstoreListRow => {
    const [order, index] = [cell(TITLES.randomOrder, row), cell(TITLES.sourceIndex, row)];
    const group = cell(TITLES.group, row);
    const more = others.map((name): [string, unknown] => [name, cell(name, row)]);
    return {
      relPath: safePath(cell(TITLES.path, row), row),
      group: typeof group === "string" ? group : null,
      randomOrder: typeof order === "bigint" ? order : null,
      sourceIndex: typeof index === "bigint" ? index : null,
      others: more.length === 0 ? null : canonicalJson(Object.fromEntries(more)),
    };
  });
}

function safePath(cell: unknown, row: number): string {
  const path = typeof cell === "string" ? cell.replaceAll("\\", "/") : "";
  const isSafe =
    path !== "" &&
    path.length <= LONGEST_PATH &&
    !/^(\/|[A-Za-z]:)/.test(path) &&
    path.split("/").every((part) => part !== "..") &&
    !path.includes("\0");
  if (!isSafe) {
    throw new LegacyIoError(
      "invalid_file",
      `row ${row + 1}: expected a path below the folder as ${TITLES.path}, found ${JSON.stringify(path.slice(0, 80))}`,
      { expected: "a relative path", found: path },
    );
  }
  return path;
}
