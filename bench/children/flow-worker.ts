// Computes the velocities of a range of windows, for a pool of worker threads.

import { radonVelocity } from "@kym/flow";
import { serveTasks } from "@kym/zarr-store/node";

/** What a thread is asked: shared pixels, and the lines that are its own. */
export interface FlowJob {
  readonly pixels: Uint16Array<SharedArrayBuffer>;
  readonly lines: number;
  readonly columns: number;
  readonly lineStart: number;
  readonly lineStop: number;
}

serveTasks(async ({ pixels, lines, columns, lineStart, lineStop }: FlowJob, { signal }) => {
  const region = { lineStart, lineStop, columnStart: 0, columnStop: columns };
  const trace = await radonVelocity(
    { pixels, lines, columns },
    { region, signal, secondsPerLine: null, umPerPixel: null },
  );
  return { result: trace.windowCount, transfer: [] };
});
