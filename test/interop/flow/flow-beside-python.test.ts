// Compares angles with scikit-image, and medians and spectra with SciPy.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanVelocity, type FlowPlane, radonVelocity } from "@kym/flow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bandPass } from "../../../packages/flow/src/heart-rate/band-pass.ts";
import { lombSpectrum } from "../../../packages/flow/src/heart-rate/lomb-spectrum.ts";
import { welchSpectrum } from "../../../packages/flow/src/heart-rate/welch-spectrum.ts";
import { chance, movingPlane, noisePlane } from "../../../packages/flow/test/support/made-planes.ts";
import { hasPython, runPython } from "../python-environment.ts";

const UNCALIBRATED = { secondsPerLine: null, umPerPixel: null };
const calm = (): undefined => undefined;

describe.runIf(await hasPython())("beside Python", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-flow-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function ask(task: string, given: unknown): Promise<unknown> {
    const path = join(folder, "given.json");
    await writeFile(path, JSON.stringify(given));
    return JSON.parse(await runPython(new URL("flow_reference.py", import.meta.url), [task, path]));
  }

  test.each([
    ["noise", noisePlane(80, 13), 16],
    ["a pattern that moves", movingPlane(80, 18, 1.3), 16],
    ["windows taller than wide", noisePlane(64, 5), 24],
  ] as const)(
    "angles of %s are those of scikit-image where two are not nearly tied",
    async (_, plane, windowLines) => {
      const { pixels, columns } = plane satisfies FlowPlane;
      const theirs = (await ask("angles", { pixels: Array.from(pixels), columns, windowLines })) as number[];
      const { thetaDeg, margin } = await radonVelocity(plane, { ...UNCALIBRATED, windowLines });
      expect(theirs).toHaveLength(thetaDeg.length);
      for (const [window, theta] of thetaDeg.entries()) {
        expect(margin[window]! > 1e-6 ? theta : theirs[window]).toBe(theirs[window]);
      }
    },
  );

  test("the lab's running median of 500 traces with blanks is SciPy's, blanks included", async () => {
    const random = chance(3);
    const traces = Array.from({ length: 500 }, () =>
      Array.from({ length: 3 + Math.floor(40 * random()) }, () => {
        const value = Math.round(10 * random() - 5);
        return random() < 0.25 ? null : value;
      }),
    );
    const theirs = (await ask("medians", traces)) as (number | null)[][];
    for (const [index, trace] of traces.entries()) {
      const ours = await cleanVelocity({
        velocityMmPerS: Float64Array.from(trace, (value) => value ?? Number.NaN),
        ...UNCALIBRATED,
        version: "lab",
        cut: false,
      });
      const plain = Array.from(ours, (value) => (Number.isNaN(value) ? null : value + 0));
      expect([index, plain]).toEqual([index, theirs[index]?.map((value) => value && value + 0)]);
    }
  });

  test("the filter and both spectra are SciPy's", async () => {
    const random = chance(4);
    const rateHz = 213.7;
    const timeS = Float64Array.from({ length: 2000 }, (_, index) => index / rateHz);
    const raw = timeS.map((time) => Math.sin(2 * Math.PI * 6.5 * time) + 3 * (random() - 0.5));
    const mean = raw.reduce((sum, value) => sum + value, 0) / raw.length;
    const values = raw.map((value) => value - mean);
    const given = { timeS: Array.from(timeS), values: Array.from(values), rateHz, segment: 427 };
    const theirs = (await ask("spectra", given)) as Record<string, number[]>;
    const band = { lowHz: 4, highHz: 10 };
    const filtered = bandPass(values, rateHz, band, 3);
    const lomb = await lombSpectrum(timeS, values, band, 512, calm);
    const welch = await welchSpectrum(filtered, rateHz, band, 427, calm);
    const pairs = [
      [lomb.power, theirs["lomb"]],
      [filtered, theirs["filtered"]],
      [welch.hz, theirs["hz"]],
      [welch.power, theirs["welch"]],
    ] as const;
    for (const [ours, others = []] of pairs) {
      expect(ours).toHaveLength(others.length);
      const largest = Math.max(...others.map((value) => Math.abs(value)));
      const errors = Array.from(ours, (value, index) => Math.abs(value - (others[index] ?? 0)) / largest);
      expect(Math.max(...errors)).toBeLessThan(1e-9);
    }
  });
});
