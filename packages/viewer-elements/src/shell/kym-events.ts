// The events of the elements and what they carry.

import { containsPoint } from "@kym/roi";
import type { PixelSize } from "@kym/view";
import { ViewerError } from "../errors.ts";
import type { Kymograph } from "../model/kymograph.ts";
import type { TimeRange } from "../model/time-range.ts";
import type { Crosshair } from "../model/viewer-state.ts";
import type { PlaceFacts } from "../model/viewer-words.ts";

/** `detail` of `kym-view`: what is shown. */
export interface ViewDetail extends TimeRange {
  /** Null without a line period. */
  readonly startS: number | null;
  readonly stopS: number | null;
}

/** `detail` of `kym-hover`: what lies below the crosshair. */
export interface PlaceDetail extends PlaceFacts {
  /** From the first line; null without a line period. */
  readonly timeS: number | null;
  /** From the first column; null without a pixel size, and over a trace. */
  readonly positionUm: number | null;
}

/** What each event carries. */
export interface KymEventDetails {
  readonly "kym-ready": null;
  readonly "kym-load": { readonly name: string };
  readonly "kym-view": ViewDetail;
  readonly "kym-hover": PlaceDetail | null;
  readonly "kym-select": { readonly roiId: number } | null;
  readonly "kym-error": ViewerError;
}

/** Sends an event that bubbles, also out of the shadow of a page's own elements. */
export function sendEvent<Name extends keyof KymEventDetails>(
  from: HTMLElement,
  name: Name,
  detail: KymEventDetails[Name],
): void {
  from.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
}

/** The range with its times. */
export function viewDetail({ start, stop }: TimeRange, { secondsPerLine }: PixelSize): ViewDetail {
  const seconds = (line: number): number | null => (secondsPerLine === null ? null : line * secondsPerLine);
  return { start, stop, startS: seconds(start), stopS: seconds(stop) };
}

/** What lies below a crosshair. The last ROI there lies on top. */
export function placeDetail(
  { size, pixelSize, stretches, rois }: Kymograph,
  { line, column }: Crosshair,
): PlaceDetail {
  const { secondsPerLine, umPerPx } = pixelSize;
  const [row, pixel] = [Math.floor(line), column === undefined ? undefined : Math.floor(column)];
  const stretch = stretches.findLast(
    ({ firstLine, plane }) => row >= firstLine && row < firstLine + plane.lines,
  );
  const isInside = pixel !== undefined && pixel >= 0 && pixel < size.columns;
  const value =
    stretch && isInside ? stretch.plane.pixels[(row - stretch.firstLine) * size.columns + pixel] : undefined;
  const roi =
    column === undefined
      ? undefined
      : rois.findLast((one) => one.type !== "mask" && containsPoint(one, line, column));
  return {
    ...{ line, column, value, roiId: roi?.id },
    timeS: secondsPerLine === null ? null : line * secondsPerLine,
    positionUm: umPerPx === null || column === undefined ? null : column * umPerPx,
  };
}

/** The error itself, or one that says that something could not be loaded. */
export function asViewerError(error: unknown): ViewerError {
  if (error instanceof ViewerError) {
    return error;
  }
  const message = error instanceof Error ? error.message : String(error);
  return new ViewerError("load_failed", message, { cause: error });
}
