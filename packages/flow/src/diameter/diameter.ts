// The diameter of a vessel that a line scan crosses.

import { makeBreathe } from "../breathe.ts";
import { refuse } from "../errors.ts";
import { breathing, mapInPieces } from "../pieces.ts";
import { type FlowCalibration, requireCalibration } from "../plane/calibration.ts";
import { type FlowPlane, type FlowRegion, regionOf } from "../plane/plane.ts";
import { qualityOf } from "./diameter-flags.ts";
import { DEFAULT_DIAMETER_PARAMS, type DiameterParams, diameterAlgorithm } from "./diameter-params.ts";
import { edgesOf } from "./edges.ts";
import { filteredWidths } from "./filtered-widths.ts";
import { gateMotion } from "./motion-gates.ts";
import { profileAt } from "./profile.ts";

export interface DiameterOptions extends FlowCalibration, Partial<DiameterParams> {
  /** Default: the whole plane. */
  readonly region?: FlowRegion | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Diameters by profile. All arrays have one number a profile; NaN is what cannot be known. */
export interface DiameterTrace {
  /** Name and version of what computed it. */
  readonly algorithm: string;
  readonly profileCount: number;
  /** The middle line of each profile, from the first line of the plane. */
  readonly centreLine: Float64Array;
  /** Seconds from the first line of the plane; null without `secondsPerLine`. */
  readonly timeS: Float64Array | null;
  /** Columns from the first column of the plane. */
  readonly leftEdgePx: Float64Array;
  readonly rightEdgePx: Float64Array;
  readonly diameterPx: Float64Array;
  /** After the filter over profiles; the same as `diameterPx` without one. */
  readonly diameterFilteredPx: Float64Array;
  /** µm; null without `umPerPixel`. */
  readonly diameterUm: Float64Array | null;
  /** 90th and 10th percentile of each profile. */
  readonly peak: Float64Array;
  readonly baseline: Float64Array;
  readonly sumIntensity: Float64Array;
  /** Intensity a pixel; NaN for `threshold_width`. */
  readonly edgeStrengthLeft: Float64Array;
  readonly edgeStrengthRight: Float64Array;
  /** 1 without a doubt, 0 at the least. */
  readonly qcScore: Float64Array;
  /** Bits, named by `DIAMETER_FLAGS` from the lowest. */
  readonly qcFlags: Uint16Array;
}

/**
 * The diameter of a vessel across the columns, over a few lines at a time. `threshold_width` goes from the first to the
 * last column above half of the brightness (full width at half maximum, as Shih et al., J Cereb Blood Flow Metab 32:1277,
 * 2012); `gradient_edges` from the steepest rise to the steepest fall of the smoothed profile (Marr & Hildreth, Proc R Soc
 * Lond B 207:187, 1980), and refuses walls that jump. A wall at the border of the region is not seen.
 *
 * @throws {FlowError} `invalid_argument` for lines of a profile that are not odd, or a plane, region or calibration that makes no sense
 * @throws the reason of `signal`
 */
export async function diameter(plane: FlowPlane, options: DiameterOptions): Promise<DiameterTrace> {
  const { region: asked, signal, secondsPerLine, umPerPixel, ...given } = options;
  const params: DiameterParams = { ...DEFAULT_DIAMETER_PARAMS, ...given };
  const region = regionOf(plane, asked);
  requireCalibration(options);
  requireOdd("windowLines", params.windowLines);
  requireOdd("postFilterKernel", params.postFilterKernel);
  if (!Number.isSafeInteger(params.strideLines) || params.strideLines < 1) {
    throw refuse("strideLines", "a positive whole number", params.strideLines);
  }
  signal?.throwIfAborted();
  const breathe = makeBreathe(signal);
  const profileCount = Math.ceil((region.lineStop - region.lineStart) / params.strideLines);
  const numbers = (): Float64Array => new Float64Array(profileCount).fill(Number.NaN);
  const walls = { left: numbers(), right: numbers(), width: numbers(), flags: new Uint16Array(profileCount) };
  const [peak, baseline, sumIntensity] = [numbers(), numbers(), numbers()];
  const [edgeStrengthLeft, edgeStrengthRight] = [numbers(), numbers()];
  const centreLine = numbers().map((_, index) => region.lineStart + index * params.strideLines);
  for (const [index, line] of centreLine.entries()) {
    const profile = profileAt(plane, region, line, params);
    const edges = edgesOf(profile, params);
    walls.left[index] = region.columnStart + edges.left;
    walls.right[index] = region.columnStart + edges.right;
    walls.width[index] = edges.right - edges.left;
    walls.flags[index] = edges.flags;
    peak[index] = profile.peak;
    baseline[index] = profile.baseline;
    sumIntensity[index] = profile.sum;
    edgeStrengthLeft[index] = edges.leftStrength;
    edgeStrengthRight[index] = edges.rightStrength;
    const pause = breathe();
    if (pause !== undefined) {
      await pause;
    }
  }
  if (params.method === "gradient_edges" && umPerPixel !== null) {
    await breathing(gateMotion(walls, umPerPixel, params), breathe);
  }
  const diameterFilteredPx = await breathing(filteredWidths(walls.width, params), breathe);
  const qcScore = await breathing(
    mapInPieces(numbers(), (_, index) => qualityOf(walls.flags[index] ?? 0)),
    breathe,
  );
  return {
    algorithm: diameterAlgorithm(params),
    profileCount,
    centreLine,
    timeS: secondsPerLine === null ? null : centreLine.map((line) => line * secondsPerLine),
    leftEdgePx: walls.left,
    rightEdgePx: walls.right,
    diameterPx: walls.width,
    diameterFilteredPx,
    diameterUm: umPerPixel === null ? null : diameterFilteredPx.map((width) => width * umPerPixel),
    peak,
    baseline,
    sumIntensity,
    edgeStrengthLeft,
    edgeStrengthRight,
    qcScore,
    qcFlags: walls.flags,
  };
}

function requireOdd(path: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 1 || value % 2 === 0) {
    throw refuse(path, "an odd positive number", value);
  }
}
