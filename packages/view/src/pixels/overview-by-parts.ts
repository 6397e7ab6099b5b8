// Makes the overview of an image from its lines, a part of them at a time.

import { LineReduction } from "./line-reduction.ts";
import { type Overview, overviewBins, overviewOf } from "./overview.ts";
import type { PixelPlane } from "./pixel-plane.ts";

export interface OverviewByPartsOptions {
  readonly lines: number;
  readonly columns: number;
  /** At most about this many pixels are asked for at a time, and at least one line. Default 2²². */
  readonly pixelsAtOnce?: number | undefined;
}

const PIXELS_AT_ONCE = 2 ** 22;

/**
 * The overview of an image whose lines `loadLines` gives in their order, never the same line again; null for an image that has
 * none, whose lines are not asked for.
 *
 * @param loadLines the lines from `start` up to but not including `stop`; what it throws ends this
 */
export async function overviewByParts(
  { lines, columns, pixelsAtOnce = PIXELS_AT_ONCE }: OverviewByPartsOptions,
  loadLines: (rows: { readonly start: number; readonly stop: number }) => Promise<PixelPlane>,
): Promise<Overview | null> {
  const bins = overviewBins({ lines, columns });
  if (bins === 0) {
    return null;
  }
  const reduction = new LineReduction({ lines, columns, bins });
  const atOnce = Math.max(1, Math.floor(pixelsAtOnce / columns));
  for (let start = 0; start < lines; start += atOnce) {
    reduction.add(start, await loadLines({ start, stop: Math.min(lines, start + atOnce) }));
  }
  return overviewOf(reduction);
}
