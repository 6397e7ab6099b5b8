// Files as acqstore writes them beside a TIFF, made from the description of the format.

/** The parts of a sidecar that tests change. */
export interface AcqstoreDocument {
  readonly [member: string]: unknown;
}

export function rectRoi(
  id: number,
  [rowStart, rowStop]: readonly [number, number],
  [colStart, colStop]: readonly [number, number],
  more: object = {},
): object {
  const data = { row_start: rowStart, row_stop: rowStop, col_start: colStart, col_stop: colStop };
  return { roi_id: id, roi_type: "rectroi", version: "1.0", name: `r${id}`, note: "", data, ...more };
}

export function analysis(name: string, roiId: number, summary: object = {}, params: object = {}): object {
  return { analysis_name: name, channel: 0, roi_id: roiId, detection_params: params, summary };
}

/** A sidecar of an image whose lines take 2 ms and whose pixels are 0.5 µm. */
export function acqstoreJson(change: AcqstoreDocument = {}): string {
  return JSON.stringify({
    version: 2,
    accepted: true,
    rois: [rectRoi(1, [1, 4], [1, 3])],
    experiment_metadata: { condition: "Saline", species: "", depth: "75.5", branch_order: null },
    image_header_metadata: {
      ...{ shape: "(4, 3)", dims: "('Y', 'X')", date: "20250714", time: "11:55:40" },
      ...{ physical_unit_y: 0.002, physical_label_y: "seconds" },
      ...{ physical_unit_x: 0.5, physical_label_x: "um" },
    },
    analysis: [],
    image_contrast: {},
    ...change,
  });
}

/** Two windows at 45°, and one at a right angle. */
export const RADON_CSV: string = [
  "channel,roi_id,time_s,time_index,theta_deg,velocity",
  "0,1,0.002,1.0,45.0,250.0",
  "0,1,0.004,2.0,90.0,0.0",
  "",
].join("\n");

export const DIAMETER_CSV: string = [
  "channel,roi_id,time_s,center_row,left_edge_px,right_edge_px,left_edge_um,right_edge_um,diameter_px,diameter_um,diameter_px_filt,diameter_um_filt,diameter_was_filtered,peak,baseline,sum_intensity,edge_strength_left,edge_strength_right,qc_score,qc_edge_violation,qc_diameter_violation,qc_center_violation",
  "0,1,0.002,1,0.25,1.25,0.125,0.625,1.0,0.5,0.8,0.4,True,9.0,1.0,20.0,,,0.5,False,False,False",
  "",
].join("\n");

export const SUM_CSV: string = [
  "channel,roi_id,time_index,time_sec,sum_intensity,norm_sum_intensity,filtered_norm_sum_intensity,detrended_norm_sum_intensity,f0_baseline,df_f_signal,d_df_f_signal,is_onset,is_peak,onset_index,peak_id",
  "0,1,0,0.0,10.0,5.0,5.0,5.0,4.0,0.25,0.0,True,False,0.0,1.0",
  "0,1,1,0.002,12.0,6.0,6.0,6.0,4.0,0.5,125.0,False,True,0.0,1.0",
  "",
].join("\n");

/** A peak with what tests look at. */
export function peak(id: number): object {
  return {
    ...{ peak_id: id, status: "ok", warnings: [], detection_method: "derivative_threshold" },
    onset: { index: 0, time_sec: 0, value: 0.25 },
    peak: { index: 1, time_sec: 0.002, value: 0.5, amplitude: 0.25 },
    intervals: { onset_to_onset_interval_sec: null, peak_to_peak_interval_sec: null },
    features: { auc: { value: null, status: "failed", reason: "no width" } },
    level_crossings: [
      {
        fraction: 0.5,
        left_index: 0.5,
        right_index: 1.5,
        value: 0.4,
        width: 1,
        width_sec: 0.002,
        status: "ok",
      },
    ],
  };
}
