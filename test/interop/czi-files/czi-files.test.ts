// Reads line scans in CZI and LSM files that Python's libraries write, and has them read ours, side by side.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openTiff } from "@kym/legacy-io/node";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  cziFile,
  cziXml,
  lineBlocks,
} from "../../../packages/legacy-io/test/support/recordings/czi-files.ts";
import { hasPython, runPython } from "../python-environment.ts";

/** What a reader says of a file. */
interface Said {
  readonly same?: boolean;
  readonly error?: string;
  readonly t?: number;
  readonly x?: number;
  readonly start?: number;
  readonly first_stamp?: number;
  readonly interval?: number;
}

const [LINES, WIDTH] = [200, 32];
/** As a real recording has them: not from 0, with other steps than its XML says. */
const STAMPS = Array.from({ length: LINES }, (_, line) => 1613.9727 + 0.002 * line);

describe.skipIf(!(await hasPython()))("line scans beside czifile, slideio, pylibCZIrw and tifffile", () => {
  let folder = "";
  let said: Readonly<Record<string, Readonly<Record<string, Said>>>> = {};

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-czi-files-"));
    const blocks = lineBlocks({ lines: LINES, width: WIDTH });
    const xml = cziXml({ umPerPx: 0.25, increment: 0.0021, plan: [10, "ms"], sizeT: LINES, channels: ["a"] });
    await writeFile(join(folder, "ours.czi"), cziFile({ blocks, xml, stamps: STAMPS }));
    await writeFile(join(folder, "ours.bin"), Buffer.concat(blocks.map(({ pixels }) => pixels)));
    said = JSON.parse(await runPython(new URL("czi_files.py", import.meta.url), [folder]));
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ["plain.czi", "300,64"],
    ["zstd0.czi", "300,64"],
    ["zstd1.czi", "2,300,64"],
    ["late.czi", "300,64"],
    ["gap.czi", "300,64"],
    ["twice.czi", "300,64"],
    ["mixed.czi", "2,300,64"],
    ["ours.czi", "200,32"],
    ["line.lsm", "200,48"],
  ])("%s has the pixels that were written", async (file, shape) => {
    const { pixelStore } = await openTiff(join(folder, file));
    const { shape: all } = await pixelStore.describe();
    const array = await pixelStore.loadRegion(all.map(() => undefined));
    expect(array.shape.join()).toBe(shape);
    const written = await readFile(join(folder, file.replace(/\.\w+$/, ".bin")));
    expect(Buffer.from(ndArrayBytes(array)).equals(written)).toBe(true);
  });

  it("each reader reads the same pixels, or refuses the file", () => {
    const words = Object.entries(said).map(([file, readers]) => [
      file,
      Object.entries(readers).map(([name, { same, error }]) => `${name} ${error ?? same}`),
    ]);
    expect(Object.fromEntries(words)).toEqual({
      plain: ["czifile true", "slideio true", "pylibCZIrw true"],
      zstd0: ["czifile KeyError", "slideio RuntimeError", "pylibCZIrw true"],
      zstd1: ["czifile KeyError", "slideio RuntimeError", "pylibCZIrw true"],
      late: ["czifile true", "slideio RuntimeError", "pylibCZIrw RuntimeError"],
      gap: ["czifile true", "slideio true", "pylibCZIrw true"],
      twice: ["czifile true", "slideio true", "pylibCZIrw true"],
      mixed: ["czifile true", "slideio RuntimeError", "pylibCZIrw true"],
      ours: ["czifile true", "slideio true", "pylibCZIrw true"],
      line: ["tifffile true"],
    });
  });

  it("the page of formats has what each says of the time of a line and the pitch", async () => {
    const page = await readFile(new URL("../../../docs/formats.md", import.meta.url), "utf8");
    const rows = page
      .split("\n")
      .filter((line) => line.startsWith("| made CZI") || line.startsWith("| made LSM"));
    const cells = rows.map((row) => row.split("|").map((cell) => cell.trim()));
    const stepsOf = async (file: string): Promise<string> => {
      const metadata = await (await openTiff(join(folder, file))).artifactStore.loadJson("metadata");
      const { voxels } = (metadata as { readonly header: { readonly voxels: readonly number[] } }).header;
      return `${Number(((voxels.at(-2) ?? 0) * 1000).toPrecision(6))} ms, ${voxels.at(-1)} µm`;
    };
    const ours = said["ours"] ?? {};
    expect(cells[0]).toEqual(
      expect.arrayContaining([
        `kym ${await stepsOf("ours.czi")}`,
        `czifile: stamps from ${ours["czifile"]?.first_stamp} s, no step`,
        `slideio ${(ours["slideio"]?.t ?? 0) * 1000} ms, ${(ours["slideio"]?.x ?? 0) * 1e6} µm`,
        `pylibCZIrw: no time, ${(ours["pylibCZIrw"]?.x ?? 0) * 1e6} µm`,
      ]),
    );
    const line = said["line"]?.["tifffile"];
    expect(cells[1]).toEqual(
      expect.arrayContaining([
        `kym ${await stepsOf("line.lsm")}`,
        `tifffile: \`TimeIntervall\` ${(line?.interval ?? 0) * 1000} ms, stamps from ${line?.first_stamp} s`,
      ]),
    );
  });
});
