import { expect, test } from "vitest";
import { radonVelocity } from "../../src/index.ts";
import { movingPlane, noisePlane, UNCALIBRATED } from "../support/made-planes.ts";
import { angleByDefinition } from "./by-definition.ts";

test.each([
  [16, 38, "whose operators fit into memory"],
  [4, 3, "of a few pixels"],
  [64, 200, "whose operators do not all fit"],
  [256, 40, "taller than wide"],
  [16, 500, "much wider than tall"],
])(
  "windows of %i lines by %i columns, %s, have the angles of the definition",
  async (windowLines, columns) => {
    for (const plane of [movingPlane(3 * windowLines, columns, 0.8), noisePlane(3 * windowLines, columns)]) {
      const trace = await radonVelocity(plane, { ...UNCALIBRATED, windowLines });
      for (const window of [0, 3, trace.windowCount - 1]) {
        const { thetaDeg, margin } = angleByDefinition(plane, (window * windowLines) / 4, windowLines);
        expect(Math.abs(trace.margin[window]! - margin)).toBeLessThan(1e-9);
        expect(margin > 1e-6 ? trace.thetaDeg[window] : thetaDeg).toBe(thetaDeg);
      }
    }
  },
);
