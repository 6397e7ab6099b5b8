import { COLUMNS } from "@kym/kym-schema";
import type { CellValue, ColumnType, DatasetContents } from "@kym/zarr-store";
import { type CsvTextColumn, columnOf, csvText, schemaOfTable } from "@kym/zarr-store/table";
import type { ImageToWrite } from "../sidecar-format.ts";
import { LEGACY_TRACE_COLUMNS } from "../velocity-trace.ts";

type Table = Awaited<ReturnType<DatasetContents["loadTable"]>>;

/** What the constant columns of a trace say, where the table does not. */
export type TraceConstants = Pick<ImageToWrite, "parentFolder" | "fileName" | "shape" | "calibration">;

/**
 * `_radon.csv` of the artifact `radon/velocity`: the older application's names and order, then columns that it does not
 * know. Values as they are, beyond ±1e6 too. Source: the formats' page §2.3.
 */
export function traceCsv(table: Table, facts: TraceConstants): Uint8Array<ArrayBuffer> {
  const stored = new Map(schemaOfTable(table).columns.map((column) => [column.name, column.type]));
  const valuesOf = (name: string): readonly CellValue[] => columnOf(table, name);
  const constants = constantsOf(facts);
  const known = LEGACY_TRACE_COLUMNS.map(({ legacy, stored: { name, type } }): CsvTextColumn => {
    const values = stored.has(name)
      ? valuesOf(name)
      : new Array<CellValue>(table.numRows).fill(constants.get(name) ?? null);
    return { name: legacy, isFloat: isFloat(stored.get(name) ?? type), values };
  });
  const names = new Set(LEGACY_TRACE_COLUMNS.map(({ stored: { name } }) => name));
  const unknown = [...stored]
    .filter(([name]) => !names.has(name))
    .map(([name, type]): CsvTextColumn => ({ name, isFloat: isFloat(type), values: valuesOf(name) }));
  return new TextEncoder().encode(csvText([...known, ...unknown], table.numRows, "pandas"));
}

function constantsOf({
  parentFolder,
  fileName,
  shape,
  calibration,
}: TraceConstants): ReadonlyMap<string, CellValue> {
  return new Map<string, CellValue>([
    [COLUMNS.roiId, 1n],
    [COLUMNS.channel, 1n],
    [COLUMNS.parentFolder, parentFolder],
    [COLUMNS.fileName, fileName],
    [COLUMNS.algorithm, "mpRadon"],
    [COLUMNS.umPerPx, calibration?.umPerPx ?? null],
    [COLUMNS.secondsPerLine, calibration?.secondsPerLine ?? null],
    [COLUMNS.nLines, BigInt(shape.at(-2) ?? 0)],
    [COLUMNS.pxPerLine, BigInt(shape.at(-1) ?? 0)],
  ]);
}

function isFloat(type: ColumnType): boolean {
  return type === "float64";
}
