// Checks that base R takes the truth values of `kym query -o` for truth values.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kym } from "../../../apps/cli/test/support/kym.ts";
import { installFromNpm } from "../install-from-npm.ts";

let cwd = "";
let read: readonly string[];

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-r-"));
  await using dataset = await openLocalDataset(join(cwd, "study.zarr"));
  const rows = [true, false, null, true].map((ok, index) => ({
    ok,
    vel_mean: index === 1 ? null : index + 0.5,
  }));
  await dataset.saveTable("scores", rows, {
    schema: {
      columns: [
        { name: "ok", type: "bool" },
        { name: "vel_mean", type: "float64", unit: "mm/s" },
      ],
    },
  });
  for (const ending of ["csv", "tsv"]) {
    const { exitCode } = await kym(["query", "study.zarr", "from scores", "-o", `t.${ending}`], { cwd });
    expect(exitCode).toBe(0);
  }
  // R itself, compiled to WebAssembly, so that every machine has the same.
  const webR = await installFromNpm("webr", "0.6.0");
  const script = join(import.meta.dirname, "read_output.R");
  const args = [join(import.meta.dirname, "run-r.ts"), webR, script, cwd];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  read = stdout.trim().split("\n");
}, 300_000);
afterAll(() => rm(cwd, { recursive: true, force: true }));

it.each(["csv", "tsv"])("%s: TRUE and FALSE are logical, and `ok == TRUE` chooses the rows", (ending) => {
  expect(read.filter((line) => line.startsWith(ending))).toEqual([
    `${ending} ok logical TRUE|FALSE|NA|TRUE`,
    `${ending} vel_mean numeric 0.5|NA|2.5|3.5`,
    `${ending} accepted 2`,
  ]);
});

it("R takes true and false for text, and `ok == TRUE` is then false for every row", () => {
  expect(read).toContain("lower character 0");
});
