// Reads files in MESc's layout that h5py writes, in every layout and filter of HDF5 that we read, beside h5py.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mescFormat } from "../../../packages/legacy-io/src/formats/femtonics-mesc/mesc-format.ts";
import type { Recording } from "../../../packages/legacy-io/src/formats/recording-format.ts";
import {
  allLines,
  onlyScan,
  opened,
} from "../../../packages/legacy-io/test/support/recordings/opened-recording.ts";
import { hasPython, runPython } from "../python-environment.ts";

interface Said {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly scales?: readonly number[];
}

/** What we do not read, by the word with which we name it. */
const NOT_READ: Readonly<Record<string, string>> = {
  lzf: "the filter lzf",
  scaleoffset: "the filter scaleoffset",
  "attributes in a heap": "attributes in a fractal heap (dense)",
  "links in a heap": "links in a fractal heap (dense)",
  "latest tree": "a version 2 B-tree",
  "latest extensible": "an extensible array",
};

describe.skipIf(!(await hasPython()))("MESc files beside h5py", () => {
  let folder = "";
  let said: Readonly<Record<string, Said>> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-mesc-files-"));
    said = JSON.parse(await runPython(new URL("mesc_files.py", import.meta.url), [folder]));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const read = async (name: string): Promise<Recording> =>
    opened(mescFormat, await readFile(join(folder, `${name}.mesc`)));

  it("a MESc has the values that h5py reads in each layout, filter and type, and its scale and start", async () => {
    const names = Object.keys(said).filter((name) => !(name in NOT_READ));
    const faults: string[] = [];
    for (const name of names) {
      const scan = onlyScan(await read(name));
      const array = await allLines(scan);
      const shape = [...(array.shape.length === 2 ? [1] : []), ...array.shape];
      const isSame = Buffer.from(ndArrayBytes(array)).equals(await readFile(join(folder, `${name}.bin`)));
      if (!isSame || `${shape}` !== `${said[name]?.shape}` || array.dtype !== said[name]?.dtype) {
        faults.push(`${name}: ${array.dtype} [${shape}], not ${said[name]?.dtype} [${said[name]?.shape}]`);
      }
      expect(scan.secondsPerLine[0]?.value, name).toBe(0.002);
      expect(scan.umPerPx[0]?.value, name).toBe(0.25);
      expect(scan.start?.text, name).toBe("2023-11-14T22:13:20.707Z");
    }
    expect(faults).toEqual([]);
    expect(names.length).toBeGreaterThan(25);
  });

  it("the page of formats has what h5py and we say of a MESc", async () => {
    const page = await readFile(new URL("../../../docs/formats.md", import.meta.url), "utf8");
    const cells = page
      .split("\n")
      .find((line) => line.startsWith("| made MESc"))
      ?.split("|")
      .map((cell) => cell.trim());
    const { secondsPerLine, umPerPx } = onlyScan(await read("contiguous"));
    expect(cells).toEqual(
      expect.arrayContaining([
        `kym ${(secondsPerLine[0]?.value ?? 0) * 1e3} ms, ${umPerPx[0]?.value} \u00b5m`,
        `h5py: the scales ${said["contiguous"]?.scales?.join(" and ")}, no step`,
      ]),
    );
  });

  it("what is not read of HDF5 is named", async () => {
    for (const [name, word] of Object.entries(NOT_READ)) {
      const { scans, notScans } = await read(name);
      expect([scans.length, notScans.join()], name).toEqual([0, expect.stringContaining(word)]);
    }
  });

  it("attributes and units of a MESc that h5py wrote are read and named", async () => {
    const scan = onlyScan(await read("contiguous"));
    expect(scan.channelNames).toEqual(["UG", "UR"]);
    expect(scan.more).toMatchObject({
      comment: "Gef\u00e4\u00df 1",
      mesc_version: "MESc 4.0",
      setup: "SETUP-1",
      value_conversion: {
        channels: [
          { channel: "UG", scale: 1, offset: -786 },
          { channel: "UR", scale: 1, offset: -1170 },
        ],
      },
    });
    const { scans, notScans } = await read("session");
    expect(scans.map(({ name, shape, gaps }) => [name, ...shape, gaps.length])).toEqual([
      ["MSession_0/MUnit_0", 40, 8, 0],
      ["MSession_0/MUnit_9", 28, 5, 2],
    ]);
    expect(notScans).toEqual([
      'the frame scan "MSession_0/MUnit_1" (4 \u00d7 16 \u00d7 8)',
      'the stack "MSession_0/MUnit_2" (4 \u00d7 16 \u00d7 8)',
      'the single frame "MSession_0/MUnit_3" (1 \u00d7 16 \u00d7 8)',
      'the unit "MSession_0/MUnit_10" without channels',
    ]);
  });
});
