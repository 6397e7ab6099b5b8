// What a diameter is measured with.

/** Parameters of `diameter`. */
export interface DiameterParams {
  /** Odd number of lines that one profile is taken over. */
  readonly windowLines: number;
  /** Lines from one profile to the next. */
  readonly strideLines: number;
  readonly binning: "mean" | "median";
  readonly polarity: "bright_on_dark" | "dark_on_bright";
  /**
   * `threshold_width`: from the first to the last column above a threshold. `gradient_edges`: from the steepest rise to
   * the steepest fall of the smoothed profile.
   */
  readonly method: "threshold_width" | "gradient_edges";
  /** The threshold of `threshold_width`; null is half way from baseline to peak. */
  readonly thresholdValue: number | null;
  /** Whether edges lie between columns: where the profile crosses the threshold, or where a parabola has its top. */
  readonly subPixel: boolean;
  readonly gradientSigmaPx: number;
  /** Intensity a pixel below which an edge is weak. */
  readonly gradientMinEdgeStrength: number;
  /** How far an edge, the diameter and the centre may move from one profile to the next; null: as far as they like. */
  readonly maxEdgeShiftUm: number | null;
  readonly maxDiameterChangeUm: number | null;
  readonly maxCenterShiftUm: number | null;
  readonly postFilter: "none" | "median" | "hampel";
  /** Odd number of profiles that the filter looks at. */
  readonly postFilterKernel: number;
  readonly hampelSigmas: number;
}

/** What the lab's program has where nobody chose otherwise. */
export const DEFAULT_DIAMETER_PARAMS: DiameterParams = Object.freeze({
  windowLines: 5,
  strideLines: 1,
  binning: "mean",
  polarity: "bright_on_dark",
  method: "threshold_width",
  thresholdValue: null,
  subPixel: false,
  gradientSigmaPx: 1.5,
  gradientMinEdgeStrength: 0.02,
  maxEdgeShiftUm: 2,
  maxDiameterChangeUm: 2,
  maxCenterShiftUm: 2,
  postFilter: "none",
  postFilterKernel: 3,
  hampelSigmas: 3,
});

/** Name and version of what measures with these parameters. */
export function diameterAlgorithm({ method, subPixel }: Pick<DiameterParams, "method" | "subPixel">): string {
  return `kym.diameter.${method}${subPixel ? ".sub_pixel" : ""}@1`;
}
