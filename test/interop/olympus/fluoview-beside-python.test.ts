// Checks that oirfile and oiffile read the same pixels of FluoView's files as we do, and what they say of time and pitch.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type MadeOif,
  madeOif,
  OIF_MAIN,
  oibOf,
} from "../../../packages/legacy-io/test/support/recordings/oif-files.ts";
import {
  type MadeOir,
  madeOir,
  OIR_CHANNELS,
} from "../../../packages/legacy-io/test/support/recordings/oir-files.ts";
import {
  readOibPlanes,
  readRecorded,
} from "../../../packages/legacy-io/test/support/recordings/read-recorded.ts";
import { fluoViewSample, hasFluoViewReaders, runFluoViewReaders } from "./fluoview-readers.ts";

interface Said {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly sha256: string;
  readonly dims: string;
  readonly scales?: Readonly<Record<string, readonly [value: number, unit: string]>>;
  readonly start?: string;
  readonly line?: readonly number[];
  /** Of the whole file, or why it is not read whole. */
  readonly whole?: readonly number[] | string;
}

const OIR: MadeOir = { width: 24, lines: [30_000], blockLines: 512, reference: 64, trailing: 237 };
const OIRS: Readonly<Record<string, MadeOir>> = {
  plain: OIR,
  channels: { ...OIR, lines: [1300], channels: OIR_CHANNELS, lineMs: 1.1 },
  companions: { ...OIR, lines: [1024, 1024, 77], hasPlaces: true, start: "2020-12-23T14:44:50.939+13:00" },
  bytes: { ...OIR, lines: [600], depth: 1 },
  floats: { ...OIR, width: 7, lines: [600], blockLines: 100, depth: 4 },
  lost: { ...OIR, lines: [1024, 1024, 77] },
};
const OIF: MadeOif = { width: 30, lines: 700, channels: 2, reference: 20 };
const OIFS: Readonly<Record<string, MadeOif>> = { channels: OIF, single: { ...OIF, channels: 1 } };

let folder: string;

async function write(name: string, bytes: Uint8Array): Promise<void> {
  await writeFile(join(folder, name), bytes);
}

async function ask(names: readonly string[]): Promise<readonly Said[]> {
  const paths = names.map((name) => join(folder, name));
  return JSON.parse(await runFluoViewReaders(new URL("read_fluoview.py", import.meta.url), paths));
}

function pixelsOf({ shape, dtype, sha256 }: Said): object {
  return { shape, dtype, sha256 };
}

describe.skipIf(!(await hasFluoViewReaders()))("FluoView's files beside the readers of Python", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-fluoview-"));
    for (const [name, made] of Object.entries(OIRS)) {
      for (const [file, bytes] of madeOir(name, made).files) {
        await write(file, bytes);
      }
    }
    await rm(join(folder, "lost_00001"));
    for (const [name, made] of Object.entries(OIFS)) {
      const { files } = madeOif(made);
      await write(`${name}.oib`, oibOf(files));
      await write(`${name}-4096.oib`, oibOf(files, { sectorBytes: 4096, isScattered: true }));
      await mkdir(join(folder, `${name}.oif.files`));
      for (const [file, bytes] of files) {
        await write(file === OIF_MAIN ? `${name}.oif` : `${name}.oif.files/${file}`, bytes);
      }
    }
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test("oirfile reads the same pixels, time of a line, pitch, start and line of every OIR", async () => {
    const names = Object.keys(OIRS).filter((name) => name !== "lost");
    const answers = await ask(names.map((name) => `${name}.oir`));
    for (const [at, name] of names.entries()) {
      const { scan, pixels, recording } = await readRecorded(join(folder, `${name}.oir`));
      const said = answers[at]!;
      expect(pixels, name).toEqual(pixelsOf(said));
      expect(said.scales, name).toEqual({
        T: [scan.secondsPerLine[0]?.value, "second"],
        X: [scan.umPerPx[0]?.value, "micrometer"],
      });
      expect([said.start, said.line], name).toEqual([scan.start?.text, scan.path?.points.flat()]);
      expect(recording.warnings, name).toEqual([]);
    }
  });

  test("of an OIR without its companion, oirfile takes lines for rows in µm; we name the gap", async () => {
    const [said] = await ask(["lost.oir"]);
    const { scan, pixels } = await readRecorded(join(folder, "lost.oir"));
    expect(said).toMatchObject({ dims: "YX", shape: [1024, 24], scales: { Y: [1, "micrometer"] } });
    expect(said?.scales).not.toHaveProperty("T");
    expect(pixels.shape).toEqual([2125, 24]);
    expect(scan.gaps).toEqual([{ firstLine: 1024, lines: 1024 }]);
  });

  test("oiffile reads the same pixels of every OIB and OIF, and refuses one of axes XT", async () => {
    const names = Object.keys(OIFS).flatMap((name) => [`${name}.oib`, `${name}-4096.oib`, `${name}.oif`]);
    const answers = await ask(names);
    for (const [at, name] of names.entries()) {
      const { pixels } = await readRecorded(join(folder, name));
      const said = answers[at]!;
      expect(pixels, name).toEqual(pixelsOf(said));
      expect(said.whole, name).toEqual(
        name.startsWith("single") ? "cannot read image data with axes 'TX'" : pixels.shape,
      );
    }
  });

  test("oiffile reads the same pixels of the sample that it ships; it is a frame scan, and said to be one", async () => {
    const sample = await fluoViewSample();
    const [said] = JSON.parse(
      await runFluoViewReaders(new URL("read_fluoview.py", import.meta.url), [sample]),
    );
    expect(await readOibPlanes(sample)).toEqual(pixelsOf(said));
    await expect(readRecorded(sample)).rejects.toThrow(
      'has no line scan, but the frame scan "Cell 1 mitoEGFP.oib" (X 256, Y 256, C 3)',
    );
  });

  test("the table of readers in docs/formats.md says what they say", async () => {
    const [oir, lost, oib] = await ask(["plain.oir", "lost.oir", "channels.oib"]);
    const ours = await readRecorded(join(folder, "plain.oir"));
    const oursLost = await readRecorded(join(folder, "lost.oir"));
    const oursOib = await readRecorded(join(folder, "channels.oib"));
    const scale = (said: Said | undefined, axis: string, unit: string): string => {
      const [value] = said?.scales?.[axis] ?? [];
      return value === undefined ? "—" : `${value} ${unit}`;
    };
    const own = ({ scan }: typeof ours): string =>
      `${scan.secondsPerLine[0]?.value} s | ${scan.umPerPx[0]?.value} µm`;
    const rows = [
      `| OIR | kym | ${own(ours)} | ${ours.pixels.shape.join(" × ")} |`,
      `| OIR | oirfile | ${scale(oir, "T", "s")} | ${scale(oir, "X", "µm")} | ${oir?.shape.join(" × ")} |`,
      `| OIR without a companion | kym | ${own(oursLost)} | ${oursLost.pixels.shape.join(" × ")}, 1024 of them missing |`,
      `| OIR without a companion | oirfile | ${scale(lost, "T", "s")}: rows of ${scale(lost, "Y", "µm")} | ${scale(lost, "X", "µm")} | ${lost?.shape.join(" × ")} |`,
      `| OIB, OIF | kym | ${own(oursOib)} | ${oursOib.pixels.shape.join(" × ")} |`,
      `| OIB, OIF | oiffile | ${oib?.scales === undefined ? "—" : "?"} | — | ${oib?.shape.join(" × ")} |`,
    ];
    const page = await readFile(join(import.meta.dirname, "../../../docs/formats.md"), "utf8");
    expect(rows.filter((row) => !page.includes(row))).toEqual([]);
  });
});
