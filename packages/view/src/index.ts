/**
 * Pictures of kymographs as numbers: axes with units, contrast, palettes, reduction along time, scale bars, slopes, outlines and
 * hit places. Pure functions: nothing here draws, or reads a file, a clock or the environment.
 *
 * @module
 */

export { type Axis, fromScreen, screenPerPixel, toScreen } from "./axes/axis.ts";
export { type AxisUnit, type PixelSize, planeUnits } from "./axes/plane-units.ts";
export { type ScaleBar, scaleBar } from "./axes/scale-bar.ts";
export { type Tick, type TickOptions, ticksBetween } from "./axes/ticks.ts";
export { type HitPlace, type HitPlaceOptions, hitPlace, type PlaneView } from "./marks/hit-place.ts";
export { type RoiOutline, roiOutline } from "./marks/roi-outline.ts";
export {
  type ImagePoint,
  type SlopeMark,
  type SlopeRegion,
  type SlopeTrace,
  slopeMarks,
} from "./marks/slope-marks.ts";
export { type TraceRun, traceRuns, type ValueRange, valueRange } from "./marks/trace-runs.ts";
export { PALETTES, type Palette, type PaletteName, paletteOf } from "./palettes/palette.ts";
export { type Contrast, type ContrastOptions, contrastOf, levelOf } from "./pixels/contrast.ts";
export { LineReduction } from "./pixels/line-reduction.ts";
export { nearestLines } from "./pixels/nearest-lines.ts";
export { narrowOverview, type Overview, overviewBins, overviewOf, overviewPlane } from "./pixels/overview.ts";
export { type OverviewByPartsOptions, overviewByParts } from "./pixels/overview-by-parts.ts";
export { type LevelPicture, paintLevels } from "./pixels/paint-levels.ts";
export { type PixelArray, type PixelPlane, pixelPlaneOf } from "./pixels/pixel-plane.ts";
