import { chmod, cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { schemaOfTable } from "@kym/zarr-store/table";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findSharedData } from "../../../../../test/support/find-shared-data.ts";
import { kym, kymJson, type Run } from "../../support/kym.ts";
import { treeHash } from "../../support/tree-hash.ts";

const KYMOGRAPHS = findSharedData("kymographs");
const IMAGE = "Capillary1_0001.tif";
const EVENTS = "flow-analysis/Capillary1_0001_events.json";
const ARTIFACT = "velocity_events/events";

describe.skipIf(KYMOGRAPHS === undefined)("kym refresh on real kymographs", () => {
  let work: string;
  let id: string;
  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), "kym refresh [µ]-"));
    await copy(KYMOGRAPHS ?? "", join(work, "lab"));
    await ok("ingest", "lab", "study.zarr");
    await ok("index", "study.zarr");
    const rows = await (await open()).loadSourcesIndex();
    id = rows.find((row) => row.source_rel_path === IMAGE)?.image_id ?? "";
    await copy(join(work, "study.zarr"), join(work, "indexed.zarr"));
  });
  /** Each test starts with the original folder, and the dataset after its first index. */
  beforeEach(async () => {
    for (const name of ["lab", "study.zarr", "study.ingest-report.json"]) {
      await rm(join(work, name), { recursive: true, force: true });
    }
    await copy(KYMOGRAPHS ?? "", join(work, "lab"));
    await copy(join(work, "indexed.zarr"), join(work, "study.zarr"));
  });
  afterAll(() => rm(work, { recursive: true, force: true }));
  const copy = (from: string, to: string): Promise<void> =>
    cp(from, to, { recursive: true, preserveTimestamps: true });

  const open = (): Promise<ZarrDataset> => openLocalDataset(join(work, "study.zarr"), { mode: "r" });
  const ok = async (...args: readonly string[]): Promise<Run> => {
    const run = await kym(args, { cwd: work });
    expect([run.exitCode, run.stderr.includes("error")], run.stderr).toEqual([0, false]);
    return run;
  };
  const refreshed = async (...flags: readonly string[]) =>
    (await kymJson(["refresh", "study.zarr", "lab", ...flags], { cwd: work })).data;
  /** Sets, in the folder, the user type of the first event without one. */
  const scoreAnEvent = async (userType: string): Promise<string> => {
    const before = await readFile(join(work, "lab", EVENTS), "utf8");
    const after = before.replace('"user_type": "unreviewed"', `"user_type": "${userType}"`);
    expect(after).not.toBe(before);
    await writeFile(join(work, "lab", EVENTS), after);
    return after;
  };
  /** Every object of the dataset by path, pooled tables too. */
  const objects = async (): Promise<ReadonlyMap<string, string>> => {
    const dataset = await open();
    const all: [string, string][] = [];
    for (const imageId of await dataset.listImageIds()) {
      for (const [key, hash] of await dataset.record(imageId).objectHashes()) {
        all.push([`images/${imageId}/${key}`, hash]);
      }
    }
    return new Map(all);
  };
  const changedSince = async (before: ReadonlyMap<string, string>): Promise<readonly string[]> =>
    [...(await objects())].flatMap(([path, hash]) => (before.get(path) === hash ? [] : [path])).toSorted();
  const eventRows = async (): Promise<readonly Row[]> => [
    ...rowsOf(await (await open()).loadTable("kym_velocity_events")),
  ];

  it("an event's user type changed in _events.json: exactly that image's artifact and rows change", async () => {
    await scoreAnEvent("true_stall");
    const tree = await treeHash(work);
    const planned = await refreshed("--dry-run");
    expect(await treeHash(work), "a dry run writes nothing").toBe(tree);
    const item = { path: IMAGE, imageId: id, reason: `changed beside it: ${EVENTS}` };
    expect([planned.dryRun, planned.updated, planned.unchanged.length]).toEqual([true, [item], 3]);

    const [before, rows] = [await objects(), await eventRows()];
    const { stdout } = await ok("refresh", "study.zarr", "lab");
    expect(stdout).toContain("\n0 new, 1 updated, 3 unchanged\nloaded 4 of 4 → study.ingest-report.json\n");
    expect(stdout).toContain(`updated:\n  ${IMAGE} — changed beside it: ${EVENTS}\n`);
    expect(await changedSince(before)).toEqual([
      `images/${id}/analysis/provenance.json`,
      `images/${id}/analysis/${ARTIFACT}.parquet`,
    ]);
    expect(await eventRows(), "tables wait for the index").toEqual(rows);

    const { data } = await kymJson(["index", "study.zarr"], { cwd: work });
    const updated = data.indexers.map((of: { name: string; updated: number }) => [of.name, of.updated]);
    expect(Object.fromEntries(updated)).toMatchObject({ velocity_events: 1, radon: 0 });
    const changed = (await eventRows()).flatMap((row, index) => {
      const { user_type: was } = rows[index] ?? {};
      return row["user_type"] === was ? [] : [[row["image_id"], was, row["user_type"]]];
    });
    expect(changed).toEqual([[id, "unreviewed", "true_stall"]]);
    expect(await eventRows()).toHaveLength(rows.length);
    const again = await refreshed();
    expect([again.updated, again.unchanged.length]).toEqual([[], 4]);
  });

  it("the same after an edit in the dataset: a conflict is reported and nothing is lost", async () => {
    await scoreAnEvent("true_stall");
    await ok("refresh", "study.zarr", "lab");
    const dataset = await openLocalDataset(join(work, "study.zarr"));
    const mine = await dataset.record(id).loadParquet(ARTIFACT);
    const edited = Array.from(rowsOf(mine), (row, index) => ({
      ...row,
      ...(index === 2 && { user_type: "reversal" }),
    }));
    const schema = schemaOfTable(mine);
    await dataset.record(id).saveParquet(ARTIFACT, edited, { schema });
    const theirs = await scoreAnEvent("other");
    const before = await objects();
    const { stdout, exitCode } = await kym(["refresh", "study.zarr", "lab"], { cwd: work });
    expect(exitCode, "a conflict is open").toBe(3);
    expect(stdout).toContain("\n0 new, 3 unchanged\nloaded 3 of 4 · 1 conflict → study.ingest-report.json\n");
    expect(stdout).toContain(
      `conflicts:\n  ${IMAGE} — ${EVENTS} changed, but analysis/${ARTIFACT}.parquet was edited in the dataset since`,
    );
    expect(await changedSince(before)).toEqual([
      `images/${id}/analysis/open_conflicts.json`,
      `images/${id}/analysis/provenance.json`,
      `images/${id}/attachments/Capillary1_0001_events.json`,
    ]);
    const record = (await open()).record(id);
    const kept = await record.loadAttachment("Capillary1_0001_events.json");
    expect(new TextDecoder().decode(kept)).toBe(theirs);
    await ok("index", "study.zarr");
    const types = (await eventRows()).filter((row) => row["image_id"] === id).map((row) => row["user_type"]);
    expect(types.filter((type) => type !== "unreviewed").toSorted()).toEqual(["reversal", "true_stall"]);
    const again = await refreshed();
    expect(again.conflicts, "it is new once").toEqual([]);
    expect(again.open, "it is open until it is settled").toMatchObject([{ path: IMAGE }]);
    await ok("resolve", "study.zarr", "Capillary1_0001", "--theirs");
    await ok("index", "study.zarr");
    const taken = (await eventRows()).filter((row) => row["image_id"] === id).map((row) => row["user_type"]);
    expect(taken.filter((type) => type !== "unreviewed")).toEqual(["true_stall", "other"]);
    expect((await refreshed()).open).toEqual([]);
    expect((await ok("check", "study.zarr")).exitCode).toBe(0);
  });

  it("a folder that moved keeps its images, and a TIFF that changed is superseded with --on-change", async () => {
    await rename(join(work, "lab", "28d AngII"), join(work, "lab", "28 days AngII"));
    const pixels = join(work, "lab", "Capillary2_no_txt.tif");
    await cp(join(work, "lab", IMAGE), pixels);
    const { stdout } = await ok(
      ...["refresh", "study.zarr", "lab", "--mode", "reingest_if_changed", "--on-change", "supersede"],
    );
    expect(stdout).toContain("1 new, 2 updated, 1 unchanged");
    expect(stdout).toContain("\n2 moved from 28d AngII to 28 days AngII\n");
    expect(await (await open()).listImageIds()).toHaveLength(4);
  });

  it("no command writes to the source folder, nor needs to", async () => {
    const lab = join(work, "read-only lab");
    await copy(KYMOGRAPHS ?? "", lab);
    const entries = await readdir(lab, { recursive: true });
    const paths = [lab, ...entries.map((entry) => join(lab, entry))].toReversed();
    const times = async (): Promise<readonly number[]> =>
      Promise.all(paths.map(async (path) => (await stat(path)).mtimeMs));
    for (const path of paths) {
      await chmod(path, (await stat(path)).isDirectory() ? 0o555 : 0o444);
    }
    const [tree, before] = [await treeHash(lab), await times()];
    await ok("ingest", lab, "quiet.zarr", "--dry-run");
    await ok("ingest", lab, "quiet.zarr");
    await ok("ingest", lab, "quiet.zarr");
    await ok("refresh", "quiet.zarr", lab, "--mode", "reingest_if_changed");
    await ok("refresh", "quiet.zarr", lab, "-n");
    await ok("index", "quiet.zarr");
    await ok("export", "quiet.zarr", "quiet-export");
    expect([await treeHash(lab), await times()]).toEqual([tree, before]);
    for (const path of paths.toReversed()) {
      await chmod(path, 0o755);
    }
  });

  it("ends with 6 for a dataset or a folder that is not there, and makes none", async () => {
    const runs = [
      ["refresh", "none.zarr", "lab"],
      ["refresh", "study.zarr", "nowhere"],
    ].map((args) => kym(args, { cwd: work }));
    expect((await Promise.all(runs)).map(({ exitCode }) => exitCode)).toEqual([6, 6]);
    expect(await readdir(work)).not.toContain("none.zarr");
  });
});
