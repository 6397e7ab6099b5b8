import { expect, test } from "vitest";
import { radonVelocity } from "../../src/index.ts";
import { atOnce } from "../../src/pieces.ts";
import { columnMeans } from "../../src/plane/column-means.ts";
import { plainKernel } from "../../src/radon/kernel/plain-kernel.ts";
import { wasmKernel } from "../../src/radon/kernel/wasm-kernel.ts";
import { OperatorMaker } from "../../src/radon/operator.ts";
import { RadonTransform } from "../../src/radon/transform.ts";
import { noisePlane, UNCALIBRATED } from "../support/made-planes.ts";
import { angleByDefinition } from "./by-definition.ts";

const calm = (): undefined => undefined;

test("both kernels give the same bits", async () => {
  const wasm = await wasmKernel();
  expect(wasm).toBeDefined();
  for (const [lines, columns] of [
    [16, 9],
    [8, 17],
  ] as const) {
    const plane = noisePlane(160, columns);
    const region = { lineStart: 0, lineStop: 160, columnStart: 0, columnStop: columns };
    const source = { plane, region, columnMeans: atOnce(columnMeans(plane, region)) };
    const angles = [wasm!, plainKernel()].map((kernel) =>
      new RadonTransform(kernel, { lines, columns }).bestAngles(source, 0, 30, calm),
    );
    expect(await angles[0]).toEqual(await angles[1]);
  }
});

test("angles and margins are those of the definition", async () => {
  const plane = noisePlane(40, 11);
  const trace = await radonVelocity(plane, UNCALIBRATED);
  for (const window of [0, 3, 6]) {
    const { thetaDeg, margin } = angleByDefinition(plane, 4 * window, 16);
    expect(trace.thetaDeg[window]).toBe(thetaDeg);
    expect(trace.margin[window]).toBeCloseTo(margin, 10);
  }
});

test("an operator has the weight of each pixel once, shared by the bins near it", () => {
  for (const quarters of [0, 90, 180, 360, 500, 724]) {
    const { weights, pixels, rowStarts, rowSums, binCount } = new OperatorMaker({
      lines: 8,
      columns: 5,
    }).make(quarters);
    const shares = new Float64Array(40);
    for (const [index, pixel] of pixels.entries()) {
      shares[pixel]! += weights[index]!;
    }
    // Bilinear weights of a turned grid add up to 1 on the average, not at each pixel.
    const total = shares.reduce((sum, share) => sum + share, 0);
    expect(Math.abs(total - 40)).toBeLessThan(2);
    expect(rowSums.reduce((sum, one) => sum + one, 0)).toBeCloseTo(total, 10);
    expect(rowStarts.at(-1)).toBe(weights.length);
    expect(binCount).toBe(12);
  }
});

test("at 0° each bin is a column, at 90° a line", () => {
  const upright = new OperatorMaker({ lines: 4, columns: 4 }).make(0);
  expect(Array.from(upright.rowSums)).toEqual([4, 4, 4, 4]);
  expect(Array.from(upright.pixels.subarray(0, 4))).toEqual([0, 4, 8, 12]);
  const lying = new OperatorMaker({ lines: 4, columns: 4 }).make(360);
  expect(Array.from(lying.rowSums)).toEqual([4, 4, 4, 4]);
  expect(new Set(lying.weights)).toEqual(new Set([1]));
});
