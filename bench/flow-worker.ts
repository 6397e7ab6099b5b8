// Computes the velocities of a range of windows in a thread of its own.

import { parentPort } from "node:worker_threads";
import { radonVelocity } from "@kym/flow";

/** What a thread is asked: shared pixels, and the lines that are its own. */
export interface FlowJob {
  readonly pixels: Uint16Array<SharedArrayBuffer>;
  readonly lines: number;
  readonly columns: number;
  readonly lineStart: number;
  readonly lineStop: number;
}

parentPort?.on("message", async ({ pixels, lines, columns, lineStart, lineStop }: FlowJob) => {
  const region = { lineStart, lineStop, columnStart: 0, columnStop: columns };
  const trace = await radonVelocity(
    { pixels, lines, columns },
    { region, secondsPerLine: null, umPerPixel: null },
  );
  parentPort?.postMessage(trace.windowCount);
});
