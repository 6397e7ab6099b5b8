// Writes a velocity trace as `_radon.csv`, as the older application does.

import { COLUMNS } from "@kym/kym-schema";
import type { CellValue, ColumnType, DatasetContents } from "@kym/zarr-store";
import { type CsvTextColumn, columnOf, csvText, schemaOfTable } from "@kym/zarr-store/table/reading";
import type { ImageToWrite } from "../sidecar-format.ts";
import { LEGACY_TRACE_COLUMNS } from "../velocity-trace.ts";

type Table = Awaited<ReturnType<DatasetContents["loadTable"]>>;

/** Values for the constant columns of a trace, used if the table lacks those columns. */
export type TraceConstants = Pick<ImageToWrite, "parentFolder" | "fileName" | "shape" | "calibration">;

/**
 * `_radon.csv` from the artifact `radon/velocity`: the older application's columns in its order, then all others. No value is
 * changed, not even the placeholder velocities beyond ±1e6 (docs/formats.md#velocity-traces).
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
