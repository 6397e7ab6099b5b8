import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kym, kymJson } from "./kym.ts";

const QC = "images/one/analysis/qc.json";

describe("log, check, adopt and gc", () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-maintenance-"));
    await using dataset = await openDataset(join(cwd, "study.zarr"));
    const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
    const record = await dataset.addImage(image, { id: "one" });
    await record.saveJson("qc", { passed: true });
  });
  afterEach(() => rm(cwd, { recursive: true }));

  it("check ends with 0, and with 4 for an edit that adopt takes in", async () => {
    const sound = await kymJson(["check", "study.zarr"], { cwd });
    expect(sound.data).toMatchObject({ problems: [], notes: [], checked: { objects: 6 } });
    await writeFile(join(cwd, "study.zarr", QC), '{"passed": false}');
    const { exitCode, stdout } = await kym(["check", "study.zarr"], { cwd });
    expect([exitCode, stdout]).toEqual([4, expect.stringContaining(`modified outside: ${QC}`)]);
    const named = ["adopt", "study.zarr", `study.zarr/${QC}`];
    expect((await kymJson([...named, "-n"], { cwd })).data).toMatchObject({ dryRun: true, version: 2 });
    expect((await kymJson(named, { cwd })).data.adopted).toEqual([{ path: QC, change: "changed" }]);
    expect((await kym(["check", "study.zarr", "--repair"], { cwd })).exitCode).toBe(0);
    const log = await kymJson(["log", "study.zarr"], { cwd });
    expect(log.data.map(({ version, ops }: { version: number; ops: number }) => [version, ops])).toEqual([
      [1, 5],
      [2, 1],
      [3, 1],
    ]);
  });

  it("refuses a level that is none, and a gc of nothing removes nothing", async () => {
    expect((await kym(["check", "study.zarr", "--level", "0/3"], { cwd })).exitCode).toBe(2);
    const { data } = await kymJson(["gc", "study.zarr"], { cwd });
    expect(data).toMatchObject({ dryRun: true, proposed: [], kept: [], removed: [] });
  });
});
