import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { rowsOf } from "@kym/zarr-store";
import { openDataset } from "@kym/zarr-store/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasPython, runPython } from "./python-environment.ts";

const KYM = resolve(import.meta.dirname, "../../apps/cli/src/main.ts");
const PARAMS = "images/one/analysis/scoring.json";
const EVENTS = "images/one/analysis/events.parquet";
const ADDED = "images/one/analysis/added.csv.gz";

/** As a lab does it: plain files, written by json and pandas, knowing nothing of a commit log. */
const EDIT = `
import json, pathlib, sys
import pandas
root = pathlib.Path(sys.argv[1])
scoring = root / "images/one/analysis/scoring.json"
values = json.loads(scoring.read_text())
values["accepted"] = True
values["score"] = float("nan")
scoring.write_text(json.dumps(values, indent=2))
events = root / "images/one/analysis/events.parquet"
frame = pandas.read_parquet(events, dtype_backend="numpy_nullable")
frame["v"] = frame["v"] * 2
frame.to_parquet(events, index=False)
pandas.DataFrame({"t_s": [0.5, 1.5]}).to_csv(root / "images/one/analysis/added.csv.gz", index=False)
`;

describe.skipIf(!(await hasPython()))("a Python script edits artifacts", () => {
  let folder = "";
  const path = (): string => join(folder, "study.zarr");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kym-edits-"));
    await using dataset = await openDataset(path());
    const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
    const record = await dataset.addImage(image, { id: "one" });
    await record.saveJson("scoring", { accepted: false });
    await record.saveParquet("events", [{ image_id: "one", v: 1.5 }], {
      schema: {
        columns: [
          { name: "image_id", type: "utf8", nullable: false },
          { name: "v", type: "float64" },
        ],
      },
    });
    await runPython(EDIT, [path()]);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("check names each, adopt takes them in, and everything reads as Python wrote it", async () => {
    const found = await kym("check", path());
    expect(found.exitCode).toBe(4);
    expect(found.stdout).toContain(`unknown: ${ADDED}`);
    expect(found.stdout).toContain(`modified outside: ${PARAMS}`);
    expect(found.stdout).toContain(`modified outside: ${EVENTS}`);
    const before = await openDataset(path(), { mode: "r" });
    await expect(before.record("one").loadJson("scoring")).rejects.toMatchObject({
      code: "modified_outside",
    });

    const adopted = await kym("adopt", path());
    expect([adopted.exitCode, adopted.stdout]).toEqual([
      0,
      `adopted new: ${ADDED}\nadopted changed: ${EVENTS}\nadopted changed: ${PARAMS}\n`,
    ]);
    expect((await kym("check", path())).exitCode).toBe(0);
    const record = (await openDataset(path(), { mode: "r" })).record("one");
    expect(await record.loadJson("scoring")).toEqual({ accepted: true, score: Number.NaN });
    expect([...rowsOf(await record.loadParquet("events"))]).toEqual([{ image_id: "one", v: 3 }]);
    expect([...rowsOf(await record.loadCsvGz("added"))]).toEqual([{ t_s: 0.5 }, { t_s: 1.5 }]);
  });
});

function kym(...args: readonly string[]): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  return new Promise((done) => {
    execFile(process.execPath, ["--conditions=@kym/source", KYM, ...args], (error, stdout) => {
      done({ exitCode: typeof error?.code === "number" ? error.code : 0, stdout });
    });
  });
}
