// Checks that the row labels of pandas are columns for us, however pandas stores them.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { columnOf, decodeParquet, decodeParquetParts, encodeParquet } from "@kym/zarr-store/table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPython, runPython } from "../python-environment.ts";

const FRAMES = `
import pandas, sys
folder = sys.argv[1]
frame = pandas.DataFrame({"score": [0.5, -1.0, 2.0, 3.0]})
frames = {
    "as_made": frame,
    "every_second": frame[[True, False, True, False]],
    "uneven": frame[[True, False, True, True]],
    "turned": frame[::-1],
    "named": frame.rename_axis("line"),
    "by_text": frame.set_index(pandas.Index(list("wxyz"))),
    "by_two": frame.assign(roi=[1, 1, 2, 2], line=[0, 1, 0, 1]).set_index(["roi", "line"]),
    "none_left": frame[frame.score > 9],
}
for name, one in frames.items():
    one.to_parquet(f"{folder}/{name}.parquet")
`;

describe.skipIf(!(await hasPython()))("row labels of pandas", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-labels-"));
    await runPython(FRAMES, [folder]);
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function bytesOf(name: string): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await readFile(join(folder, `${name}.parquet`)));
  }

  it.each([
    ["as_made", {}],
    ["every_second", { __index_level_0__: [0n, 2n] }],
    ["uneven", { __index_level_0__: [0n, 2n, 3n] }],
    ["turned", { __index_level_0__: [3n, 2n, 1n, 0n] }],
    ["named", { line: [0n, 1n, 2n, 3n] }],
    ["by_text", { __index_level_0__: ["w", "x", "y", "z"] }],
    ["by_two", { roi: [1n, 1n, 2n, 2n], line: [0n, 1n, 0n, 1n] }],
    ["none_left", {}],
  ])("of a frame %s are columns", async (name, labels) => {
    const table = await decodeParquet(await bytesOf(name));
    const names = table.schema.fields.map((field) => field.name).filter((column) => column !== "score");
    expect(Object.fromEntries(names.map((column) => [column, columnOf(table, column)]))).toEqual(labels);
    const again = await decodeParquet(await encodeParquet(table));
    expect(again.schema.fields.map((field) => field.name)).toEqual(["score", ...names]);
  });

  it("of a file that is one of several are left out where they number the rows of the file", async () => {
    const files = await Promise.all(
      ["every_second", "turned"].map(async (path) => ({ path, bytes: await bytesOf(path) })),
    );
    const table = await decodeParquetParts(files);
    expect([table.numRows, table.schema.fields.map(({ name }) => name)]).toEqual([6, ["score"]]);
  });
});
