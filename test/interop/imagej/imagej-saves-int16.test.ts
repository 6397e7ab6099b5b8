// Checks signed and calibrated values against ImageJ, before and after ImageJ saves a file.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesSource, readTiff, writeImageJTiff } from "@kym/legacy-io/tiff";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasImageJ, runImageJ } from "./imagej.ts";

const OURS = Int16Array.of(-32_768, -100, 0, 32_767);
const RANGE = [-200, 5_000] as const;
const SIGNED = [-32_768, -1, 0, 32_767];
const STORED = [0, 32_767, 32_768, 65_535];

describe.skipIf(!(await hasImageJ()))("values that ImageJ calibrates", () => {
  let folder = "";
  let shown: Readonly<Record<string, readonly number[]>> = {};
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-values-"));
    await mkdir(join(folder, "opened"));
    await mkdir(join(folder, "saved"));
    const bytes = writeImageJTiff({ dtype: "int16", shape: [1, 4], data: OURS }, { displayRange: RANGE });
    await writeFile(join(folder, "opened", "ours.tif"), bytes);
    const script = new URL("imagej_values.py", import.meta.url);
    shown = JSON.parse(await runImageJ(script, [join(folder, "opened"), join(folder, "saved")]));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const read = async (place: "opened" | "saved", name: string) => {
    const { image, info } = await readTiff(bytesSource(await readFile(join(folder, place, `${name}.tif`))));
    return { values: [image.dtype, ...image.data], info };
  };

  it("int16 that we write is shown by ImageJ as it is, and is the same after ImageJ has saved it", async () => {
    expect(shown["ours"]).toEqual([...OURS]);
    const saved = await read("saved", "ours");
    expect(saved.info.description).toMatch(/^ImageJ=1\.54p\n(?:.*\n)*c0=-32768\.0\nc1=1\.0\n/);
    expect(saved.values).toEqual(["int16", ...OURS]);
    // ImageJ works with int16 as uint16 that is 32 768 higher.
    expect(shown["ours range"]).toEqual(RANGE.map((bound) => bound + 32_768));
    expect(saved.info.displayRange).toEqual(RANGE);
  });

  it("uint16 with the line of int16 is given with the values that ImageJ shows, saved by it or not", async () => {
    // ImageJ writes zeroclip with some calibrations, but does not clip when it opens a file.
    for (const name of ["signed", "clipped"]) {
      expect(shown[name]).toEqual(SIGNED);
      expect((await read("opened", name)).values).toEqual(["int16", ...SIGNED]);
      expect((await read("saved", name)).values).toEqual(["int16", ...SIGNED]);
    }
  });

  it("without a unit ImageJ shows the values as they are stored, and so they are given", async () => {
    expect(shown["without unit"]).toEqual(STORED);
    expect((await read("opened", "without unit")).values).toEqual(["uint16", ...STORED]);
    expect(shown["none"]).toEqual(STORED);
    expect((await read("opened", "none")).info.warnings).toEqual([]);
  });

  it("other calibrations are handed on with the numbers that make of stored values those that ImageJ shows", async () => {
    expect(shown["line"]).toEqual(STORED.map((value) => 10 + 2 * value));
    for (const place of ["opened", "saved"] as const) {
      const { values, info } = await read(place, "line");
      expect(values).toEqual(["uint16", ...STORED]);
      expect(info.valueCalibration).toEqual({ functionCode: 0, coefficients: [10, 2], unit: "ratio" });
    }
  });
});
