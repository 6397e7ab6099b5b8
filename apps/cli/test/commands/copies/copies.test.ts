import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AcqImage } from "@kym/kym-dataset";
import { ARTIFACTS, summarizeMetadata } from "@kym/kym-schema";
import { type Row, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import { openLocalDataset } from "@kym/zarr-store/node";
import { schemaOfTable } from "@kym/zarr-store/table";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { kym, kymJson } from "../../support/kym.ts";
import { makeSmallStudy } from "../../support/small-study.ts";
import { treeHash } from "../../support/tree-hash.ts";

let cwd = "";
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), "kym-copies-"));
  await makeSmallStudy(join(cwd, "study.zarr"));
  await cp(join(cwd, "study.zarr"), join(cwd, "bela.zarr"), { recursive: true });
});
afterEach(() => rm(cwd, { recursive: true }));

async function edit(name: string, change: (dataset: ZarrDataset) => Promise<unknown>): Promise<void> {
  await using dataset = await openLocalDataset(join(cwd, name), { summarize: summarizeMetadata });
  await change(dataset);
}

function imageOf(dataset: ZarrDataset, id: string): AcqImage {
  const record = dataset.record(id);
  return AcqImage.from({
    sourceKey: id,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
}

async function retype(dataset: ZarrDataset, types: Readonly<Record<string, string>>): Promise<void> {
  const record = dataset.record("scan-a");
  const table = await record.loadParquet(ARTIFACTS.events);
  const rows = [...rowsOf(table)].map(
    (row): Row => ({ ...row, event_type: types[String(row["event_id"])] ?? null }),
  );
  await record.saveParquet(ARTIFACTS.events, rows, { schema: schemaOfTable(table) });
}

/** Both change the condition of `a`; Bela also its note, the events, and deletes `c`. */
async function editBoth(): Promise<void> {
  await edit("study.zarr", async (dataset) => {
    await imageOf(dataset, "scan-a").editMetadata({ experiment: { condition: "control" } });
    await retype(dataset, { first: "stall", second: "stall" });
  });
  await edit("bela.zarr", async (dataset) => {
    await imageOf(dataset, "scan-a").editMetadata({ experiment: { condition: "AngII 28d", note: "thin" } });
    await imageOf(dataset, "scan-b").editMetadata({ accepted: true });
    await retype(dataset, { first: "reversal", second: "stall" });
    await dataset.deleteImage("scan-c");
  });
}

describe("kym pull", () => {
  it("takes what the copy did, names what is in conflict, says what went stale, and ends with 3", async () => {
    await editBoth();
    const { exitCode, stdout } = await kym(["pull", "study.zarr", "bela.zarr"], { cwd, columns: 80 });
    expect(exitCode).toBe(3);
    expect(stdout).toMatch(/^pulled version \d+ of bela\.zarr.*: 2 changed, 1 deleted, 1 in\s+conflict\n/);
    expect(stdout).toContain("a: note\n");
    expect(stdout).toContain("b: accepted\n");
    expect(stdout).toContain("c: deleted\n");
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "conflict: a: condition: both copies changed it, and it stays as it is here; what came is in attachments/pulled-",
    );
    expect(stdout).toContain("conflict: a: event first: ");
    expect(stdout.split("\n").every((line) => line.length <= 80)).toBe(true);
    const { data } = await kymJson(["resolve", "study.zarr", "a"], { cwd });
    expect(data[0].conflicts).toMatchObject([
      { field: "experiment_metadata.condition", mine: "control", theirs: "AngII 28d", base: "AngII" },
      { field: "event:first", mine: { event_type: "stall" }, theirs: { event_type: "reversal" } },
    ]);
    expect((await kymJson(["check", "study.zarr"], { cwd })).data.problems).toEqual([]);
  });

  it("conflicts are settled by kym resolve, field by field and event by event, and the other copy follows", async () => {
    await editBoth();
    await kym(["pull", "study.zarr", "bela.zarr"], { cwd });
    const settled = await kym(["resolve", "study.zarr", "a", "--theirs"], { cwd });
    expect(settled.exitCode).toBe(0);
    const back = await kymJson(["pull", "bela.zarr", "study.zarr"], { cwd });
    expect(back.data.images.flatMap(({ conflicts }: { conflicts: unknown[] }) => conflicts)).toEqual([]);
    expect((await kymJson(["resolve", "bela.zarr"], { cwd })).data).toEqual([]);
    const agreed = await kymJson(["agree", "study.zarr", "bela.zarr"], { cwd });
    expect(agreed.data.events[0].matched).toMatchObject({ n: 2, agreed: 2 });
    await edit("bela.zarr", async (dataset) => {
      expect((await imageOf(dataset, "scan-a").metadata()).experiment.condition).toBe("AngII 28d");
      expect(await dataset.record("scan-a").listAttachments()).toEqual([]);
    });
  });

  it("--dry-run says the same and writes nothing, and the second pull finds nothing", async () => {
    await editBoth();
    const before = await treeHash(join(cwd, "study.zarr"));
    const dry = await kym(["pull", "study.zarr", "bela.zarr", "--dry-run"], { cwd });
    expect([dry.exitCode, dry.stdout]).toEqual([3, expect.stringMatching(/^would pull version /)]);
    expect(await treeHash(join(cwd, "study.zarr"))).toBe(before);
    const done = await kym(["pull", "study.zarr", "bela.zarr"], { cwd });
    const lines = (text: string): readonly string[] =>
      text
        .split("\n")
        .slice(1)
        .filter((line) => !line.endsWith("are stale now"));
    expect(lines(done.stdout)).toEqual(lines(dry.stdout));
    expect(await kym(["pull", "study.zarr", "bela.zarr"], { cwd })).toMatchObject({
      exitCode: 0,
      stdout: "nothing to pull: bela.zarr has done nothing new\n",
    });
  });

  it("--json gives the images, the commit that was taken in, what went stale and the next line", async () => {
    await editBoth();
    const { ok, data } = await kymJson(["pull", "study.zarr", "bela.zarr"], { cwd });
    expect(ok).toBe(true);
    expect(data).toMatchObject({
      taken: { version: expect.any(Number), record_sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      base: { of: "ours" },
      images: [
        { image_id: "scan-a", outcome: "changed", taken: ["note"] },
        { image_id: "scan-b", outcome: "changed", taken: ["accepted"] },
        { image_id: "scan-c", outcome: "deleted" },
      ],
      went_stale: expect.any(Array),
      next: "kym resolve study.zarr",
    });
  });

  it("ends with 6 if the other dataset is missing, or is not a copy of this one", async () => {
    await makeSmallStudy(join(cwd, "other.zarr"));
    const { exitCode, stderr } = await kym(["pull", "study.zarr", "other.zarr"], { cwd });
    expect([exitCode, stderr]).toEqual([6, expect.stringContaining("are not copies of one dataset")]);
    expect((await kym(["pull", "study.zarr", "none.zarr"], { cwd })).exitCode).toBe(6);
  });
});

describe("kym agree", () => {
  it("prints counts and Cohen's kappa of accepted images and of event types, and what is left out", async () => {
    await editBoth();
    const { exitCode, stdout } = await kym(["agree", "study.zarr", "bela.zarr", "--no-color"], {
      cwd,
      columns: 80,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toBe(`3 images compared

accepted: 2 of 3 agree (66.7 %), by chance 66.7 %; Cohen's kappa 0.000
study.zarr  bela.zarr  images
accepted    accepted        2
rejected    accepted        1

event_type of all events
event_type  study.zarr  bela.zarr
—                    1          1
reversal             0          1
stall                2          1

event_type of matched events: 1 of 2 agree (50.0 %), by chance 50.0 %; Cohen's
  kappa 0.000
study.zarr  bela.zarr  events
stall       reversal        1
stall       stall           1

left out: 1 event, a copy does not say the event_type: b
left out: 1 image, only in the first copy: c
`);
  });

  it("writes its numbers to a file, compares only the wanted images, and changes neither copy", async () => {
    await editBoth();
    const before = [await treeHash(join(cwd, "study.zarr")), await treeHash(join(cwd, "bela.zarr"))];
    const line = ["agree", "study.zarr", "bela.zarr", "--where", "condition = 'AngII'"];
    await kym([...line, "-o", "agreement.csv"], { cwd });
    expect(await readFile(join(cwd, "agreement.csv"), "utf8")).toMatch(
      /^measure,first,second,n,agreed,observed,expected,kappa\r?\naccepted,rejected,accepted,1,,,,\r?\naccepted,,,1,0,0,0,0\r?\n/,
    );
    const { data } = await kymJson(line, { cwd });
    expect(data).toMatchObject({ images: 1, accepted: { n: 1, agreed: 0, kappa: 0 } });
    expect([await treeHash(join(cwd, "study.zarr")), await treeHash(join(cwd, "bela.zarr"))]).toEqual(before);
  });
});
