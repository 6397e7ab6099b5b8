// A kymograph in which every pixel, ROI, slope and event lies at a place that is known.

import { createRectRoi } from "@kym/roi";

export const LINES = 600;
export const COLUMNS = 20;
export const SECONDS_PER_LINE = 0.01;
/** The contrast with which a value is its level plus 1000. */
export const CONTRAST = { low: 1000, high: 1255 } as const;
/** Where nothing was measured: windows of the middle of the scan. */
export const GAP = { start: 300, stop: 360 } as const;
export const SLOPE_PX_PER_LINE = 0.5;

/** The value of a pixel. */
export function valueAt(line: number, column: number): number {
  return 1000 + ((line * 7 + column * 31) % 256);
}

/** Everything that `data` takes, as an expression of JavaScript that a page evaluates. */
export function kymographScript(name: string): string {
  const pixels = Array.from({ length: LINES * COLUMNS }, (_, index) =>
    valueAt(Math.floor(index / COLUMNS), index % COLUMNS),
  );
  const centreLine = Array.from({ length: 73 }, (_, window) => 12 + 8 * window);
  const rois = [
    createRectRoi({ id: 1, bounds: { dim0Start: 0, dim0Stop: 600, dim1Start: 2, dim1Stop: 18 } }),
    createRectRoi({ id: 7, bounds: { dim0Start: 100, dim0Stop: 250, dim1Start: 4, dim1Stop: 12 } }),
  ];
  const velocity = centreLine.map((line) => (line >= GAP.start && line < GAP.stop ? null : 1 + line / 600));
  const numbers = (values: readonly (number | null)[]): string =>
    `Float64Array.from(${JSON.stringify(values)}, (value) => value ?? NaN)`;
  const trace = (roiId: number): string => `{
    roiId: ${roiId}, windowLines: 16, centreLine: ${numbers(centreLine)}, velocityMmPerS: ${numbers(velocity)},
    cleanMmPerS: ${numbers(velocity)}, pxPerLine: ${numbers(velocity.map((value) => value && SLOPE_PX_PER_LINE))},
  }`;
  const events = [
    { roiId: 1, eventType: "baseline_drop", startS: 1, endS: 1.5 },
    { roiId: 1, eventType: "nan_gap", startS: 3, endS: 3.6 },
    { roiId: 7, eventType: null, startS: 2, endS: null },
  ];
  const text = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c");
  return `({
    name: ${text(name)},
    plane: { pixels: Uint16Array.from(${JSON.stringify(pixels)}), lines: ${LINES}, columns: ${COLUMNS} },
    pixelSize: { secondsPerLine: ${SECONDS_PER_LINE}, umPerPx: 0.5 }, contrast: ${JSON.stringify(CONTRAST)},
    rois: ${text(rois)}, traces: [${trace(1)}, ${trace(7)}], events: ${JSON.stringify(events)},
  })`;
}
