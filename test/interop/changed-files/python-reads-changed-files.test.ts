// Compares how we and the usual Python libraries read files that were changed at random.

import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClassicJson } from "@kym/legacy-io";
import type { TiffImage } from "@kym/legacy-io/tiff";
import type { NdArray } from "@kym/zarr-store";
import { ndArrayBytes } from "@kym/zarr-store/array";
import { readCsv } from "@kym/zarr-store/table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FuzzedParser } from "../../../packages/legacy-io/test/mutation/fuzz-parsers.ts";
import {
  FUZZED_CLASSIC_JSON,
  numbersFrom,
} from "../../../packages/legacy-io/test/mutation/fuzzed-classic-json.ts";
import { FUZZED_CSV } from "../../../packages/legacy-io/test/mutation/fuzzed-csv.ts";
import { FUZZED_NPY } from "../../../packages/legacy-io/test/mutation/fuzzed-npy.ts";
import { FUZZED_TIFF } from "../../../packages/legacy-io/test/mutation/fuzzed-tiff.ts";
import { mutate, randomFrom } from "../../../packages/legacy-io/test/mutation/mutate.ts";
import { hasPython, runPython } from "../python-environment.ts";

const RUNS = 2000;

interface Tally {
  readonly compared: number;
  /** Files that the other reader cannot read. */
  readonly unread: number;
  readonly differences: readonly string[];
}

/** What both readers report about an array. */
function arraySays(array: NdArray): Readonly<Record<string, unknown>> {
  return {
    dtype: array.dtype,
    count: array.data.length,
    sha256: createHash("sha256").update(ndArrayBytes(array)).digest("hex"),
  };
}

/** ImageJ defines what a description means. tifffile reads other lines of it, so it does not count here. */
function isChanged(description: string | undefined): boolean {
  return description !== undefined && description !== "ImageJ=1.53t\nimages=3\nslices=3\n";
}

/** Every cell as text, the titles first. The other reader gives a missing cell as an empty one, and drops empty rows. */
function csvRows(bytes: Uint8Array): readonly (readonly string[])[] {
  const { schema, columns, rowCount } = readCsv(bytes, { schema: { columns: [] } });
  const names = schema.columns.map(({ name }) => name);
  const rows = Array.from({ length: rowCount }, (_, row) =>
    names.map((name) => columns[name]?.[row] ?? null),
  );
  const titles = names.map((name) => (/^Unnamed: \d+(\.\d+)?$/.test(name) ? "" : name));
  const filled = rows.filter((row) => row.length > 1 || row[0] !== null);
  return [titles, ...filled.map((row) => row.map((cell) => String(cell ?? "")))];
}

/** Only changed files that we can read are compared: a refused file has no values. */
describe.skipIf(!(await hasPython()))("changed files", () => {
  let folder = "";

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-changed-files-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function writeChanged<T>(
    kind: string,
    { sounds, read }: FuzzedParser<T>,
    say: (value: T, bytes: Uint8Array) => unknown,
  ): Promise<void> {
    const random = randomFrom(11);
    for (let run = 0; run < RUNS; run++) {
      const bytes = mutate(sounds[run % sounds.length] ?? new Uint8Array(), random);
      let said: string | undefined;
      try {
        said = JSON.stringify(say(await read(new Uint8Array(bytes)), bytes));
      } catch {
        continue;
      }
      if (said === undefined) {
        continue;
      }
      await writeFile(join(folder, `${kind}-${run}.bin`), bytes);
      await writeFile(join(folder, `${kind}-${run}.json`), said);
    }
  }

  it("mean to tifffile, NumPy and Python's csv and json what they mean to us", async () => {
    await writeChanged("tiff", FUZZED_TIFF, ({ image, info }: TiffImage) =>
      isChanged(info.description) ? undefined : arraySays(image),
    );
    await writeChanged("npy", FUZZED_NPY, (array) => ({ ...arraySays(array), shape: array.shape }));
    await writeChanged("csv", FUZZED_CSV, (_, bytes) => csvRows(bytes));
    await writeChanged("json", FUZZED_CLASSIC_JSON, ({ document }: ClassicJson) => numbersFrom(document));
    const tallies: Readonly<Record<string, Tally>> = JSON.parse(
      await runPython(new URL("read_changed.py", import.meta.url), [folder]),
    );
    for (const [kind, { compared, unread, differences }] of Object.entries(tallies)) {
      console.log(
        `${kind}: ${RUNS} changed files, ${compared} read by both, ${unread} by us alone, ${differences.length} disagreements`,
      );
      expect(differences.slice(0, 5), kind).toEqual([]);
      expect(compared, kind).toBeGreaterThan(RUNS / 20);
      expect(unread, kind).toBeLessThan(compared / 100);
    }
  });
});
