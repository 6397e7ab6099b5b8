// Turns acqstore's tables into ours: their times, lines and columns count from the ROI, ours from the image.

import { analysisRunKey, COLUMNS, UNITS } from "@kym/kym-schema";
import { ACQSTORE_VELOCITY_SCHEMA } from "@kym/kym-schema/tables";
import type { Column, TableSchema } from "@kym/zarr-store";
import type { CsvColumnData } from "@kym/zarr-store/table/reading";
import type { AcqstoreTable } from "../../formats/acqstore/acqstore-table.ts";
import type { AnalysedImage } from "./acqstore-runs.ts";

/** Columns of a table, for `tableFromColumns`. */
export interface PlacedTable {
  readonly schema: TableSchema;
  readonly columns: Readonly<Record<string, CsvColumnData>>;
  readonly rowCount: number;
}

/** A column whose values count from the ROI, and what they become. */
interface ShiftedColumn {
  readonly stored: Column;
  /** `row` and `column` add the first row or column of the ROI, `time` and `place` the same in seconds or µm. */
  readonly by: "row" | "column" | "time" | "place";
}

const DIAMETER: ReadonlyMap<string, ShiftedColumn> = new Map<string, ShiftedColumn>([
  ["time_s", timeColumn()],
  ["center_row", { stored: lineColumn(COLUMNS.line), by: "row" }],
  ["left_edge_px", { stored: columnColumn("left_px"), by: "column" }],
  ["right_edge_px", { stored: columnColumn("right_px"), by: "column" }],
  ["left_edge_um", { stored: placeColumn("left_um"), by: "place" }],
  ["right_edge_um", { stored: placeColumn("right_um"), by: "place" }],
]);
const SUM_INTENSITY: ReadonlyMap<string, ShiftedColumn> = new Map<string, ShiftedColumn>([
  ["time_index", { stored: lineColumn(COLUMNS.line), by: "row" }],
  ["time_sec", timeColumn()],
  ["onset_index", { stored: lineColumn("onset_line"), by: "row" }],
]);
/** What columns that count from nothing are measured in. */
const UNIT_OF: ReadonlyMap<string, string> = new Map([
  [COLUMNS.diameterUm, UNITS.micrometre],
  [COLUMNS.diameterPx, UNITS.pixel],
  ["diameter_um_raw", UNITS.micrometre],
  ["diameter_px_raw", UNITS.pixel],
]);
/** Our diameters are those after the filter; so those before it get another name, where both are there. */
const FILTERED: ReadonlyMap<string, string> = new Map([
  ["diameter_um_filt", "diameter_um"],
  ["diameter_px_filt", "diameter_px"],
]);

const IDS: readonly Column[] = [
  { name: COLUMNS.roiId, type: "int64", nullable: false },
  { name: COLUMNS.channel, type: "int64", nullable: false },
];
const ID_TITLES: ReadonlySet<string> = new Set([COLUMNS.roiId, COLUMNS.channel]);
const MM_PER_UM = 1000;
const HALF_TURN = 180;
const QUARTER_TURN = 90;

/** The velocities, computed anew from the angles with the calibration of the image. */
export function velocityTable(
  file: AcqstoreTable,
  image: AnalysedImage,
  algorithms: ReadonlyMap<string, string>,
): PlacedTable {
  const { umPerPx, secondsPerLine } = image;
  const rowCount = file.table.rowCount;
  const theta = numbersOf(file, "theta_deg");
  const shift = theta.map(tangentOf);
  const perLine =
    umPerPx === undefined || secondsPerLine === undefined ? Number.NaN : umPerPx / secondsPerLine;
  const columns: Readonly<Record<string, CsvColumnData>> = {
    ...idColumns(file),
    [COLUMNS.time]: shifted(file, "time_s", "time", image),
    [COLUMNS.velocity]: shift.map((tangent) => (perLine * tangent) / MM_PER_UM),
    [COLUMNS.algorithm]: file.roiIds.map(
      (roiId, row) => algorithms.get(analysisRunKey(roiId, file.channels[row] ?? 1)) ?? null,
    ),
    [COLUMNS.umPerPx]: constant(rowCount, umPerPx),
    [COLUMNS.secondsPerLine]: constant(rowCount, secondsPerLine),
    [COLUMNS.line]: shifted(file, "time_index", "row", image),
    [COLUMNS.thetaDeg]: theta,
    [COLUMNS.shiftPxPerLine]: shift,
    [COLUMNS.acqstoreVelocity]: numbersOf(file, "velocity"),
  };
  const taken = new Set(["time_s", "time_index", "theta_deg", "velocity"]);
  const others = otherColumns(file, (title) => taken.has(title), ACQSTORE_VELOCITY_SCHEMA.columns);
  return {
    schema: { columns: [...ACQSTORE_VELOCITY_SCHEMA.columns, ...others.map(([column]) => column)] },
    columns: { ...columns, ...cellsOf(others) },
    rowCount,
  };
}

/** The widths of the vessel; edges are in columns, and in µm, of the image. */
export function diameterTable(file: AcqstoreTable, image: AnalysedImage): PlacedTable {
  return placedTable(file, image, DIAMETER);
}

/** The sums of the pixels of each line. */
export function sumIntensityTable(file: AcqstoreTable, image: AnalysedImage): PlacedTable {
  return placedTable(file, image, SUM_INTENSITY);
}

function placedTable(
  file: AcqstoreTable,
  image: AnalysedImage,
  places: ReadonlyMap<string, ShiftedColumn>,
): PlacedTable {
  const moved = file.table.schema.columns.flatMap(({ name }): [Column, CsvColumnData][] => {
    const place = places.get(name);
    return place === undefined ? [] : [[place.stored, shifted(file, name, place.by, image)]];
  });
  const first = [...IDS, ...moved.map(([column]) => column)];
  const others = otherColumns(file, (title) => places.has(title), first);
  return {
    schema: { columns: [...first, ...others.map(([column]) => column)] },
    columns: { ...idColumns(file), ...cellsOf(moved), ...cellsOf(others) },
    rowCount: file.table.rowCount,
  };
}

/** Columns that are stored as they are. One whose name is taken gets another. */
function otherColumns(
  { table }: AcqstoreTable,
  isTaken: (title: string) => boolean,
  first: readonly Column[],
): readonly (readonly [Column, CsvColumnData])[] {
  const names = new Set(first.map(({ name }) => name));
  const titles = new Set(table.schema.columns.map(({ name }) => name));
  const filtered = [...FILTERED].filter(([after, before]) => titles.has(after) && titles.has(before));
  const renamed = new Map([...filtered, ...filtered.map(([, before]) => [before, `${before}_raw`] as const)]);
  return table.schema.columns
    .filter(({ name }) => !isTaken(name) && !ID_TITLES.has(name))
    .map((column) => {
      const { [column.name]: cells = [] } = table.columns;
      const wanted = renamed.get(column.name) ?? column.name;
      const name = names.has(wanted) ? `acqstore_${wanted}` : wanted;
      const unit = UNIT_OF.get(name);
      return [{ name, type: column.type, ...(unit !== undefined && { unit }) }, cells];
    });
}

function cellsOf(
  columns: readonly (readonly [Column, CsvColumnData])[],
): Readonly<Record<string, CsvColumnData>> {
  return Object.fromEntries(columns.map(([{ name }, cells]) => [name, cells]));
}

function idColumns({ roiIds, channels }: AcqstoreTable): Readonly<Record<string, CsvColumnData>> {
  return {
    [COLUMNS.roiId]: BigInt64Array.from(roiIds, BigInt),
    [COLUMNS.channel]: BigInt64Array.from(channels, BigInt),
  };
}

/** The values of a column, counted from the image. NaN where the place of the ROI is not known. */
function shifted(
  file: AcqstoreTable,
  title: string,
  by: ShiftedColumn["by"],
  image: AnalysedImage,
): Float64Array<ArrayBuffer> {
  return numbersOf(file, title).map((value, row) => value + startOf(file.roiIds[row] ?? 0, by, image));
}

/** How far a ROI lies from the start of the image. NaN if that is not known. */
export function startOf(
  roiId: number,
  by: ShiftedColumn["by"],
  { places, secondsPerLine = Number.NaN, umPerPx = Number.NaN }: AnalysedImage,
): number {
  const { rowStart = Number.NaN, colStart = Number.NaN } = places.get(roiId) ?? {};
  switch (by) {
    case "row":
      return rowStart;
    case "column":
      return colStart;
    case "time":
      return rowStart * secondsPerLine;
    case "place":
      return colStart * umPerPx;
    default:
      return by satisfies never;
  }
}

function numbersOf({ table }: AcqstoreTable, title: string): Float64Array<ArrayBuffer> {
  const { [title]: cells } = table.columns;
  const known: ArrayLike<unknown> = cells ?? { length: table.rowCount };
  return Float64Array.from(known, (cell) => (typeof cell === "number" ? cell : Number.NaN));
}

function constant(rowCount: number, value: number | undefined): Float64Array<ArrayBuffer> {
  return new Float64Array(rowCount).fill(value ?? Number.NaN);
}

/** The tangent of an angle in degrees; NaN at a right angle, where it has none. */
function tangentOf(degrees: number): number {
  const turned = Math.abs(degrees % HALF_TURN);
  return turned === QUARTER_TURN ? Number.NaN : Math.tan((degrees * Math.PI) / HALF_TURN);
}

function timeColumn(): ShiftedColumn {
  const description = "from image start; NULL if the place of the ROI is not known";
  return { stored: { name: COLUMNS.time, type: "float64", unit: UNITS.second, description }, by: "time" };
}

function lineColumn(name: string): Column {
  return { name, type: "float64", description: "in lines from image start" };
}

function columnColumn(name: string): Column {
  return { name, type: "float64", unit: UNITS.pixel, description: "in columns from the image's first" };
}

function placeColumn(name: string): Column {
  return { name, type: "float64", unit: UNITS.micrometre, description: "from the image's first column" };
}
