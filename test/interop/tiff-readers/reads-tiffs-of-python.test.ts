// Reads TIFFs that Python's libraries write, and others that are written tag by tag, and compares every pixel.

import { readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeTiffCodecs, openFileSource } from "@kym/legacy-io/node";
import { readTiff } from "@kym/legacy-io/tiff";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPython, runPython } from "../python-environment.ts";

interface Written {
  readonly dtype: string;
  readonly shape: readonly number[];
  /** How far a sample may be off: decoders of JPEG round differently. */
  readonly mostOff: number;
  /** Words of the one warning; null for none. */
  readonly warning: string | null;
}

const FEWEST_FILES = 310;

describe.skipIf(!(await hasPython()))("TIFFs of Python", () => {
  let folder = "";
  let written: Readonly<Record<string, Written>> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-tiffs-of-python-"));
    written = JSON.parse(await runPython(new URL("write_tiffs.py", import.meta.url), [folder]));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("have the pixels that tifffile, Pillow or their writer says, and warn of nothing else", async () => {
    const faults: string[] = [];
    for (const [name, { dtype, shape, mostOff, warning }] of Object.entries(written)) {
      try {
        using source = openFileSource(join(folder, `${name}.tif`));
        const { image, info } = await readTiff(source, { codecs: nodeTiffCodecs });
        const [ours, theirs] = [ndArrayBytes(image), readFileSync(join(folder, `${name}.bin`))];
        const off = mostOff === 0 ? (Buffer.from(ours).equals(theirs) ? 0 : 1) : furthest(ours, theirs);
        const asWarned =
          warning === null ? info.warnings.length === 0 : info.warnings.some((one) => one.includes(warning));
        if (image.dtype !== dtype || `${image.shape}` !== `${shape}` || off > mostOff || !asWarned) {
          faults.push(`${name}: ${image.dtype} [${image.shape}] off by ${off}, ${info.warnings.join("; ")}`);
        }
      } catch (error) {
        faults.push(`${name}: ${error}`);
      }
    }
    expect(faults).toEqual([]);
    const files = readdirSync(folder).filter((name) => name.endsWith(".tif"));
    expect(files.map((name) => name.slice(0, -4)).sort()).toEqual(Object.keys(written).sort());
    expect(files.length).toBeGreaterThan(FEWEST_FILES);
  });
});

function furthest(ours: Uint8Array, theirs: Uint8Array): number {
  let most = ours.length === theirs.length ? 0 : Number.POSITIVE_INFINITY;
  for (let index = 0; index < ours.length && index < theirs.length; index++) {
    most = Math.max(most, Math.abs((ours[index] ?? 0) - (theirs[index] ?? 0)));
  }
  return most;
}
