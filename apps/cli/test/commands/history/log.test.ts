import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AcqImage } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { portableRuntime, type ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { blindName } from "../../support/blind-name.ts";
import { kym, kymJson } from "../../support/kym.ts";
import { makeSmallStudy } from "../../support/small-study.ts";

const DAY_MS = 86_400_000;

describe("kym log", () => {
  let cwd: string;
  let study: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), "kym-log-"));
    study = join(cwd, "study.zarr");
    await makeSmallStudy(study);
  });
  afterEach(() => rm(cwd, { recursive: true }));

  const run = async (args: readonly string[]): Promise<string> => {
    const { stdout, stderr, exitCode } = await kym(args, { cwd });
    expect(exitCode, stderr).toBe(0);
    return stdout;
  };
  /** The words of the last lines. */
  const last = async (count: number, ...args: readonly string[]): Promise<readonly string[]> => {
    const { data } = await kymJson(["log", "study.zarr", ...args], { cwd });
    return data.slice(-count).map(({ words }: { readonly words: string }) => words);
  };

  it("says which ROI was deleted from which file, who did it, and that it was undone", async () => {
    const as = (person: string): Promise<ZarrDataset> =>
      openLocalDataset(study, {
        runtime: { ...portableRuntime(), writer: { ...portableRuntime().writer, person } },
        summarize: summarizeMetadata,
      });
    {
      await using ada = await as("ada");
      const record = ada.record("scan-a");
      const source = { pixelStore: record.asPixelStore(), artifactStore: record.asArtifactStore() };
      await AcqImage.from({ sourceKey: "scan-a", ...source }).deleteRoi(1);
      await using bob = await as("bob");
      await bob.past.undo();
    }
    const lines = (await run(["log", "study.zarr"])).trimEnd().split("\n");
    expect(lines[0]).toMatch(/^ *version {2}time +person +message$/);
    expect(lines.at(-2)).toMatch(/^ +\d+ {2}\d{4}-\d\d-\d\dT[\d:.]+Z {2}ada +ROI 1 deleted from a$/);
    expect(lines.at(-1)).toMatch(/^ +\d+ {2}\S+Z {2}bob +version \d+ undone: ROI 1 added to a$/);
  });

  it("tells fields of several images together, and rows of events by their ids", async () => {
    {
      await using dataset = await openLocalDataset(study);
      await dataset.transaction(async (transaction) => {
        for (const id of ["scan-a", "scan-b"]) {
          const record = transaction.record(id);
          const before = (await record.loadJson("metadata")) as { readonly experiment_metadata: object };
          await record.saveJson("metadata", {
            ...before,
            experiment_metadata: { ...before.experiment_metadata, condition: "control" },
          });
        }
      });
      const events = await dataset.record("scan-a").loadParquet("velocity_events/events");
      await dataset.record("scan-a").saveParquet("velocity_events/events", events.slice(0, 1));
    }
    expect(await last(2)).toEqual([
      "condition of 2 images: AngII → control",
      "events of a: 2 rows → 1, deleted second",
    ]);
    const { data } = await kymJson(["log", "study.zarr"], { cwd });
    expect(data.at(-2).changes).toEqual(
      ["scan-a", "scan-b"].map((id) => ({
        ...{ image_id: id, kind: "field", name: "experiment_metadata.condition", change: "changed" },
        ...{ before: "AngII", after: "control" },
      })),
    );
    expect(data.at(-1).changes).toEqual([
      {
        ...{ image_id: "scan-a", kind: "table", name: "velocity_events/events", change: "changed" },
        rows: { before: 2, after: 1, key: "event_id", added: [], deleted: ["second"], changed: [] },
      },
    ]);
  });

  it("of one image, and since a day, a time or an age; in UTC", async () => {
    await run(["roi", "delete", "study.zarr", "a.tif", "1", "--yes"]);
    expect(await last(9, "b.tif")).toEqual([
      "b added",
      expect.stringContaining("condition of b"),
      "events of b: 0 rows → 1, added third",
    ]);
    const runtime = { ...portableRuntime(), nowEpochMs: () => Date.parse("2030-01-02T03:04:05.000Z") };
    {
      await using later = await openLocalDataset(study, { runtime });
      await later.record("scan-b").saveJson("qc", { passed: true });
    }
    for (const since of ["2030-01-02", "2030-01-02T03:04", "2030-01-02T03:04:05Z", "2030-01-01 23:59"]) {
      expect(await last(9, "--since", since), since).toEqual(["qc of b added"]);
    }
    for (const since of ["2030-01-03", "2030-01-02T03:05"]) {
      expect(await run(["log", "study.zarr", "--since", since])).toBe("no commits\n");
    }
    expect((await last(99, "--since", "3d")).length).toBeGreaterThan(5);
    expect(await last(99, "--since", "12h", "b.tif")).toContain("qc of b added");
    for (const since of ["yesterday", "2026-13-01", "3", "-1d"]) {
      const { exitCode, stderr } = await kym(["log", "study.zarr", `--since=${since}`], { cwd });
      expect([exitCode, stderr], since).toEqual([2, expect.stringContaining("--since")]);
    }
    expect((await kym(["log", "study.zarr", "nothing"], { cwd })).exitCode).toBe(6);
  });

  it("says less where the history is gone", async () => {
    await run(["roi", "delete", "study.zarr", "a.tif", "1", "--yes"]);
    await run(["roi", "add", "study.zarr", "a.tif"]);
    for (const name of await readdir(join(study, "__history"))) {
      await rm(join(study, "__history", name));
    }
    expect(await last(2)).toEqual(["metadata of a changed", "metadata of a changed"]);
  });

  it("with --blind names neither files nor values that tell what a scan is; -v names ids", async () => {
    {
      await using dataset = await openLocalDataset(study);
      await dataset.transaction(async (transaction) => {
        await transaction.record("scan-c").saveJson("metadata", {
          version: "2.0",
          experiment_metadata: { condition: "secret", note: "telling", depth: 7 },
        });
        await transaction.record("scan-c").saveAttachment("20250722.txt", new TextEncoder().encode("x"));
      });
    }
    const blind = await kym(["log", "study.zarr", "scan-c", "--blind", "--json"], { cwd });
    for (const word of ["secret", "telling", "control", "20250722", "c.tif", "scan-c"]) {
      expect(blind.stdout, word).not.toContain(word);
    }
    expect(JSON.parse(blind.stdout).data.at(-1).words).toContain(
      `condition of ${blindName("scan-c")} changed`,
    );
    expect(await run(["log", "study.zarr", "-v"])).toContain("of scan-c");
  });

  it("ten batches of one ingest are one line", async () => {
    const dataset = await openLocalDataset(join(cwd, "batches.zarr"), {
      runtime: { ...portableRuntime(), nowEpochMs: () => 20_000 * DAY_MS },
    });
    const image = { dtype: "uint8", shape: [1, 2], data: new Uint8Array([1, 2]) } as const;
    for (let batch = 0; batch < 10; batch++) {
      await dataset.transaction(
        async (transaction) => {
          await transaction.addImage(image, { id: `a${batch}` });
          await transaction.addImage(image, { id: `b${batch}` });
        },
        { message: "ingest of 2 TIFFs" },
      );
    }
    const lines = (await run(["log", "batches.zarr"])).trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^ *1–10 {2}2024-10-04T00:00:00\.000Z .*20 images added$/);
    expect((await kymJson(["log", "batches.zarr"], { cwd })).data).toHaveLength(10);
  });
});
