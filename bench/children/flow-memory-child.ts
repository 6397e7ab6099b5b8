// Prints how many bytes a process grew by while it computed velocities.

import process from "node:process";
import { radonVelocity } from "@kym/flow";
import { madePixels } from "../inputs/made-flow.ts";

const [lines = 0, columns = 0, windowLines = 0] = process.argv.slice(2).map(Number);
const options = { windowLines, secondsPerLine: null, umPerPixel: null };
// The code is loaded and compiled before.
const few = 2 * windowLines;
await radonVelocity({ pixels: madePixels(few, 8), lines: few, columns: 8 }, options);
const plane = { pixels: madePixels(lines, columns), lines, columns };
globalThis.gc?.();
const before = process.memoryUsage.rss();
let most = before;
const watch = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 5);
await radonVelocity(plane, options);
clearInterval(watch);
console.log(Math.max(most, process.memoryUsage.rss()) - before);
