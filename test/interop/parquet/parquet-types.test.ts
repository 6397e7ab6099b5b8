// Tries each type of Parquet that pyarrow and DuckDB write: what may reach the WebAssembly reader is what is read right here.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isZarrStoreError } from "@kym/zarr-store";
import { columnOf, decodeParquet } from "@kym/zarr-store/table";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPython, runPython } from "../python-environment.ts";

interface WrittenType {
  readonly name: string;
  /** The values as we promise them; integers of 64 bits are texts that end in `n`. */
  readonly values: readonly unknown[] | null;
  /** The words for a type that is refused. */
  readonly refused: string | null;
}

describe.skipIf(!(await hasPython()))("the types of Parquet", () => {
  let folder = "";
  let cases: readonly WrittenType[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-parquet-types-"));
    cases = JSON.parse(await runPython(new URL("write_types.py", import.meta.url), [folder]));
  }, 300_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("the types of Parquet are read value for value, or refused by column and type", async () => {
    const wrong: unknown[] = [];
    for (const { name, values, refused } of cases) {
      const found = await valuesIn(join(folder, `${name}.parquet`));
      const isRight =
        typeof found === "string"
          ? refused !== null && found.startsWith(`column k of t.parquet has the type ${refused}`)
          : JSON.stringify(found) === JSON.stringify(values);
      if (!isRight) {
        wrong.push({ name, expected: refused ?? values, found });
      }
    }
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThan(90);
    expect(cases.filter(({ refused }) => refused !== null).length).toBeGreaterThan(8);
  });
});

/** The values of the column `k`, or the message of the error. */
async function valuesIn(path: string): Promise<readonly unknown[] | string> {
  try {
    const table = await decodeParquet(new Uint8Array(await readFile(path)), { where: "t.parquet" });
    return columnOf(table, "k").map((value) => (typeof value === "bigint" ? `${value}n` : value));
  } catch (error) {
    if (isZarrStoreError(error, "not_supported")) {
      return error.message;
    }
    throw error;
  }
}
