// The facts about one image that `kym show` prints.

import type { AxisScales } from "@kym/zarr-store/array";
import type { AnalysisRecord } from "../../screen/analysis-lines.ts";
import type { ImageOverview } from "../../study/image-overview.ts";
import type { RoiPlace } from "../../study/roi-place.ts";
import type { LineScan } from "./line-scan.ts";
import type { TiffCalibration } from "./tiff-calibration.ts";
import type { TiffValues } from "./tiff-values.ts";

export interface Shown extends ImageOverview, TiffValues {
  readonly axis_scales: AxisScales;
  /** The version of each reader that the image is from; null if it was not ingested or an early build recorded none. */
  readonly readers: Readonly<Record<string, number>> | null;
  readonly tiff_calibration: readonly TiffCalibration[];
  /** How the line was scanned; absent unless the microscope's file says it. */
  readonly line_scan?: LineScan | undefined;
  readonly rois: readonly ShownRoi[];
  readonly artifacts: Readonly<Record<string, readonly string[]>>;
  readonly tables: readonly TableState[];
  readonly analysis_runs: readonly AnalysisRecord[];
  /** Files of the image that differ in size or time from what the log knows; they were not read. */
  readonly perhaps_changed: readonly string[];
}

export interface ShownRoi extends RoiPlace {
  readonly roi_id: number;
  readonly type: string;
  readonly name: string;
  readonly note: string;
}

export interface TableState {
  readonly table: string;
  readonly state: string;
  readonly explanation: string;
}
