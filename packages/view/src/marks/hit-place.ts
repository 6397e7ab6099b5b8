// What lies under a place of the picture: the position in the image, in its units, and the ROI there.

import { hitTest, type Roi, type RoiHit, type RoiMask } from "@kym/roi";
import { type Axis, fromScreen, screenPerPixel } from "../axes/axis.ts";
import type { PixelSize } from "../axes/plane-units.ts";

/** How a picture shows a kymograph. */
export interface PlaneView {
  /** Where lines lie on the screen. */
  readonly lines: Axis;
  /** Where columns lie. */
  readonly columns: Axis;
  /** How many lines and columns the image has. */
  readonly size: { readonly lines: number; readonly columns: number };
  readonly pixelSize: PixelSize;
}

export interface HitPlaceOptions {
  /** In the order in which they are drawn: the last one lies on top. Default: none. */
  readonly rois?: readonly Roi[] | undefined;
  readonly masks?: ReadonlyMap<number, RoiMask> | undefined;
  /** How near to an edge still counts, in units of the screen. Default 0. */
  readonly tolerance?: number | undefined;
}

export interface HitPlace {
  /** The position in the image; pixel `i` covers `i ≤ p < i + 1`. */
  readonly line: number;
  readonly column: number;
  /** The pixel there; undefined beside the image. */
  readonly pixel: { readonly line: number; readonly column: number } | undefined;
  /** From the first line; null without a line period. */
  readonly timeS: number | null;
  /** From the first column; null without a pixel size. */
  readonly positionUm: number | null;
  /** The ROI there, and what a drag would do. */
  readonly roi: RoiHit | undefined;
}

/**
 * Finds what lies at a place of the screen.
 *
 * @param place where, along the screen's axis of lines and along that of columns
 */
export function hitPlace(
  { lines, columns, size, pixelSize }: PlaneView,
  place: { readonly alongLines: number; readonly alongColumns: number },
  { rois = [], masks, tolerance = 0 }: HitPlaceOptions = {},
): HitPlace {
  const line = fromScreen(lines, place.alongLines);
  const column = fromScreen(columns, place.alongColumns);
  const pixel = { line: Math.floor(line), column: Math.floor(column) };
  const isInside = line >= 0 && line < size.lines && column >= 0 && column < size.columns;
  const { secondsPerLine, umPerPx } = pixelSize;
  return {
    line,
    column,
    pixel: isInside ? pixel : undefined,
    timeS: secondsPerLine === null ? null : line * secondsPerLine,
    positionUm: umPerPx === null ? null : column * umPerPx,
    roi: hitTest(rois, line, column, {
      toleranceDim0: tolerance / screenPerPixel(lines),
      toleranceDim1: tolerance / screenPerPixel(columns),
      masks,
    }),
  };
}
