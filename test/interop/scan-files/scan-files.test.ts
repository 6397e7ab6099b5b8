// Reads line scans that Python's libraries write, and those that we write, beside liffile, ptufile and tifffile.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openFileSource } from "@kym/legacy-io/node";
import { readTiff } from "@kym/legacy-io/tiff";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lifFormat } from "../../../packages/legacy-io/src/formats/leica-lif/lif-format.ts";
import { ptuFormat } from "../../../packages/legacy-io/src/formats/picoquant-ptu/ptu-format.ts";
import type {
  RecordedScan,
  RecordingFormat,
} from "../../../packages/legacy-io/src/formats/recording-format.ts";
import {
  type LifImageParts,
  lifBytes,
  lifStampList,
} from "../../../packages/legacy-io/test/support/recordings/lif-files.ts";
import { allLines, opened } from "../../../packages/legacy-io/test/support/recordings/opened-recording.ts";
import { ptuBytes, ptuEvents } from "../../../packages/legacy-io/test/support/recordings/ptu-files.ts";
import { scanImageTiff } from "../../../packages/legacy-io/test/support/recordings/scanimage-files.ts";
import { hasPython, runPython } from "../python-environment.ts";

interface Said {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly period?: number | null;
  readonly pitch?: number | null;
  readonly start?: string | null;
  readonly line_time?: number;
  readonly frame_time?: number;
  readonly axes?: string;
  readonly same?: boolean;
  readonly as_line?: unknown;
}

const LIFS: readonly LifImageParts[] = [
  {
    name: "ctx",
    channels: 2,
    lines: 20,
    settings: 'LineTime="0.0025"',
    stamps: lifStampList(20, 5, 2),
    duration: "0.095",
  },
  { name: "tcx", channels: 2, order: "tcx", bits: 12 },
  { name: "txc", channels: 3, order: "txc" },
  { name: "cxt", channels: 2, order: "cxt" },
  { name: "xt", order: "xt", bits: 8 },
  { name: "float", bits: 32, isFloat: true },
];

describe.skipIf(!(await hasPython()))("line scans beside liffile, ptufile and tifffile", () => {
  let folder = "";
  let said: Readonly<Record<string, Said>> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-scan-files-"));
    await writeFile(join(folder, "two.lif"), lifBytes(LIFS));
    await writeFile(join(folder, "one.lif"), lifBytes(LIFS.slice(0, 2), { version: 1 }));
    await writeFile(join(folder, "ours.tif"), scanImageTiff({ textIn: "both" }));
    await writeFile(
      join(folder, "back.ptu"),
      ptuBytes({ events: ptuEvents({ lines: 50 }), tags: { ImgHdr_LineFrequency: 15_625 } }),
    );
    said = JSON.parse(await runPython(new URL("scan_files.py", import.meta.url), [folder]));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const theirs = (name: string): Promise<Uint8Array> => readFile(join(folder, `${name}.bin`));
  const scansOf = async (format: RecordingFormat, file: string): Promise<readonly RecordedScan[]> => {
    const { scans } = await opened(format, await readFile(join(folder, file)));
    return scans;
  };
  const faultsOf = async (name: string, scan: RecordedScan): Promise<readonly string[]> => {
    const array = await allLines(scan);
    const isSame = Buffer.from(ndArrayBytes(array)).equals(await theirs(name));
    const [shape = [], other = []] = [
      said[name]?.shape,
      [...(array.shape.length === 2 ? [1] : []), ...array.shape],
    ];
    return isSame && said[name]?.dtype === array.dtype && `${shape}` === `${other}`
      ? []
      : [`${name}: ${array.dtype} [${array.shape}], not ${said[name]?.dtype} [${said[name]?.shape}]`];
  };

  it("a LIF has the pixels, the line period, the pitch and the start that liffile says", async () => {
    const faults: string[] = [];
    let count = 0;
    for (const file of ["two", "one"]) {
      for (const scan of await scansOf(lifFormat, `${file}.lif`)) {
        const name = `${file}#${scan.name}`;
        count++;
        faults.push(...(await faultsOf(name, scan)));
        expect(scan.secondsPerLine[0]?.value, name).toBeCloseTo(said[name]?.period ?? 0, 12);
        expect(scan.umPerPx[0]?.value, name).toBeCloseTo((said[name]?.pitch ?? 0) * 1e6, 9);
        expect(scan.start?.text.slice(0, 23), name).toBe(said[name]?.start ?? undefined);
      }
    }
    expect([faults, count]).toEqual([[], LIFS.length + 2]);
  });

  it("a PTU that ptufile wrote has the counts that ptufile reads, and the period of its markers", async () => {
    for (const name of ["picoharp", "generic", "one-channel", "line"]) {
      const [scan] = await scansOf(ptuFormat, `${name}.ptu`);
      expect(scan && (await faultsOf(name, scan)), name).toEqual([]);
      expect(scan?.secondsPerLine[0]?.value, name).toBeCloseTo(said[name]?.frame_time ?? 0, 9);
      expect(scan?.umPerPx[0]?.value).toBe(0.2);
    }
  });

  it("a ScanImage TIFF that tifffile wrote has its lines or its pictures", async () => {
    for (const name of ["lines", "lines-one-channel", "frames", "frames-one-channel"]) {
      using source = openFileSource(join(folder, `${name}.tif`));
      const { image, info } = await readTiff(source);
      expect(Buffer.from(ndArrayBytes(image)).equals(await theirs(name)), name).toBe(true);
      expect(said[name]?.same, name).toBe(true);
      const steps = Object.fromEntries(
        info.calibration.map(({ axis, step }) => [axis, Number(step.toPrecision(6))]),
      );
      expect(steps, name).toEqual(
        name.startsWith("lines")
          ? { t: 6.3e-5, x: 2 }
          : { t: 0.001008, y: Number((8 / 12).toPrecision(6)), x: 2 },
      );
    }
    const { image } = await readTiff(openFileSource(join(folder, "ours.tif")));
    const pages = new Int16Array(new Uint8Array(await theirs("ours")).buffer);
    // The second page is the first frame of the second channel.
    expect([...image.data.slice(16 * 5, 16 * 5 + 20)]).toEqual([...pages.slice(20, 40)]);
    expect(said["ours"]?.period).toBe(0.0005);
  });

  it("the page of formats has what each reader says of these line periods and pitches", async () => {
    const page = await readFile(new URL("../../../docs/formats.md", import.meta.url), "utf8");
    const rows = page.split("\n").filter((line) => line.startsWith("| made "));
    const cells = (start: string): readonly string[] =>
      rows
        .find((row) => row.startsWith(`| ${start}`))
        ?.split("|")
        .map((cell) => cell.trim()) ?? [];
    const ms = (seconds = 0): string => `${Number((seconds * 1e3).toPrecision(6))} ms`;
    const um = (step: number): string => `${Number(step.toPrecision(6))} \u00b5m`;
    const [lif] = await scansOf(lifFormat, "two.lif");
    expect(cells("made LIF")).toEqual(
      expect.arrayContaining([
        `kym ${ms(lif?.secondsPerLine[0]?.value)}, ${um(lif?.umPerPx[0]?.value ?? 0)}`,
        `liffile ${ms(said["two#ctx"]?.period ?? 0)}, ${um((said["two#ctx"]?.pitch ?? 0) * 1e6)}`,
      ]),
    );
    const [ptu] = await scansOf(ptuFormat, "back.ptu");
    expect(cells("made PTU")).toEqual(
      expect.arrayContaining([
        `kym ${ms(ptu?.secondsPerLine[0]?.value)}, ${um(ptu?.umPerPx[0]?.value ?? 0)}`,
        `ptufile ${ms(said["back"]?.frame_time)} a frame, ${ms(said["back"]?.line_time)} a line, ${said["back"]?.shape[1]} px`,
      ]),
    );
    expect(cells("made ScanImage")).toEqual(
      expect.arrayContaining([
        "kym 0.5 ms, 4 \u00b5m",
        `tifffile axes ${said["ours"]?.axes}, ${ms(said["ours"]?.period ?? 0)} in its text`,
      ]),
    );
  });
});
