// Changes the calibration in a header: its steps, with the units, labels and sizes that follow from them.

import { UNITS } from "../units.ts";
import { CALIBRATION_SOURCES, calibrationOf } from "./calibration.ts";
import type { MetadataHeader, MetadataHeaderEdit } from "./metadata-header.ts";

/** New steps of the plane. An absent one stays; null says that it is not known. */
export interface CalibrationEdit {
  /** Along the rows (dim0). */
  readonly secondsPerLine?: number | null | undefined;
  /** Along the columns (dim1). */
  readonly umPerPx?: number | null | undefined;
}

const UNCALIBRATED = { step: 1, unit: UNITS.pixel, label: "", source: "" } as const;
/** How ingest labels a calibrated axis. */
const LABELS = { rows: "Time (s)", columns: "Space (um)" } as const;

/**
 * The edit of a header that changes its calibration; undefined if it has that calibration already. Steps of other axes stay.
 * An axis without a step counts 1 px each, as ingest writes it.
 *
 * @param shape of the image, slowest axis first
 */
export function editCalibration(
  header: MetadataHeader,
  shape: readonly number[],
  edit: CalibrationEdit,
): MetadataHeaderEdit | undefined {
  const before = calibrationOf(header);
  const after = {
    secondsPerLine: edit.secondsPerLine === undefined ? before.secondsPerLine : edit.secondsPerLine,
    umPerPx: edit.umPerPx === undefined ? before.umPerPx : edit.umPerPx,
  };
  const isRowStepNew = after.secondsPerLine !== before.secondsPerLine;
  const isColumnStepNew = after.umPerPx !== before.umPerPx;
  if (!isRowStepNew && !isColumnStepNew) {
    return undefined;
  }
  const rows = isRowStepNew ? axisOf(after.secondsPerLine, UNITS.second, LABELS.rows) : undefined;
  const columns = isColumnStepNew ? axisOf(after.umPerPx, UNITS.micrometre, LABELS.columns) : undefined;
  const axes = shape.map((_, axis) => {
    const isNew = axis === shape.length - 2 ? rows : axis === shape.length - 1 ? columns : undefined;
    return isNew ?? axisBefore(header, axis, shape.length);
  });
  return {
    voxels: axes.map(({ step }) => step),
    voxelsUnits: axes.map(({ unit }) => unit),
    labels: axes.map(({ label }) => label),
    physicalSize: axes.map(({ step }, axis) => (shape[axis] ?? 0) * step),
    voxelsSource: axes.map(({ source }) => source),
    // It belongs to the step that was: the microscope said it, and a person says otherwise now.
    ...(isRowStepNew && header.secondsPerLineExact !== undefined && { secondsPerLineExact: null }),
  };
}

interface Axis {
  readonly step: number;
  readonly unit: string;
  readonly label: string;
  readonly source: string;
}

function axisOf(step: number | null, unit: string, label: string): Axis {
  const source = CALIBRATION_SOURCES.noted;
  // That a step is not known is noted as well: then what the TIFF states does not come back.
  return step === null ? { ...UNCALIBRATED, source } : { step, unit, label, source };
}

/** Entries of lists that are shorter or longer than the image has axes belong to its last axes. */
function axisBefore(
  { voxels, voxelsUnits, labels, voxelsSource }: MetadataHeader,
  axis: number,
  rank: number,
): Axis {
  const fromEnd = axis - rank;
  return {
    step: voxels?.at(fromEnd) ?? UNCALIBRATED.step,
    unit: voxelsUnits?.at(fromEnd) ?? UNCALIBRATED.unit,
    label: labels?.at(fromEnd) ?? UNCALIBRATED.label,
    source: voxelsSource?.at(fromEnd) ?? UNCALIBRATED.source,
  };
}
