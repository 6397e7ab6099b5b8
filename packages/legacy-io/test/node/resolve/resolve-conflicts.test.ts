import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { editMetadata, parseMetadata, parseProvenance, summarizeMetadata } from "@kym/kym-schema";
import { RoiSet } from "@kym/roi";
import { jsonText, memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { imagePartOf } from "@kym/zarr-store/layout";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeNpy } from "../../../src/formats/npy.ts";
import type { SidecarFormat } from "../../../src/formats/sidecar-format.ts";
import { sha256Of } from "../../../src/node/files/sha256-of.ts";
import {
  type IngestReport,
  ingestLegacyFolder,
  listOpenConflicts,
  refreshFromFolder,
  resolveConflicts,
} from "../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, tinyTiff } from "../lab-folder.ts";

const METADATA = "analysis/metadata.json";
const OPEN = "analysis/open_conflicts.json";
const CONDITION = "experiment_metadata.condition";

const EXTENT = { height: 4, width: 3 };
let lab = "";
let dataset: ZarrDataset;
afterEach(() => rm(lab, { recursive: true, force: true }));
beforeEach(async () => {
  dataset = await openDataset(memoryStore(), { summarize: summarizeMetadata });
});

interface OwnFormats {
  readonly formats?: readonly SidecarFormat[];
}
const start = async (
  files: Readonly<Record<string, string | Uint8Array>>,
  options: OwnFormats = {},
): Promise<void> => {
  lab = await makeLabFolder({ "a.tif": tinyTiff(1), ...files });
  await ingestLegacyFolder(dataset, lab, options);
};
/** A lab's own format: the bytes of a mask, as words. */
const MASK_TEXT: SidecarFormat = {
  name: "mask_text",
  endings: ["_mask.txt"],
  artifacts: [{ kind: "array", name: "mask" }],
  parse: (bytes) => {
    const data = Uint8Array.from(new TextDecoder().decode(bytes).split(" ").map(Number));
    const array = { dtype: "uint8", shape: [data.length], data } as const;
    return { artifacts: [{ kind: "array", name: "mask", array }] };
  },
};
const put = (name: string, content: string | Uint8Array): Promise<void> =>
  writeFile(join(lab, name), content);
const refresh = (options: OwnFormats = {}): Promise<IngestReport> => refreshFromFolder(dataset, lab, options);
const record = async () => dataset.record((await dataset.listImageIds())[0] ?? "");
const textOf = async (): Promise<string> => (await (await record()).loadJsonText("metadata")).text;
const edit = async (change: Parameters<typeof editMetadata>[1]): Promise<void> =>
  void (await (await record()).saveJson("metadata", jsonText(editMetadata(await textOf(), change))));
const addRoi = async (): Promise<void> => {
  const { rois, roiIdHighWaterMark: highWaterMark } = parseMetadata(await textOf());
  await edit({ rois: RoiSet.fromRois(rois, { highWaterMark, extent: EXTENT }).create({ name: "mine" }) });
};
/** Removes all history; the times of commits are whole milliseconds. */
const collect = async () => {
  await setTimeout(5);
  return dataset.gc({ historyOlderThanMs: 0, dryRun: false });
};
const open = async (): Promise<readonly string[]> =>
  (await listOpenConflicts(dataset)).flatMap(({ conflicts }) => conflicts.map(({ name }) => name));
const keys = async (): Promise<readonly string[]> => [...(await (await record()).objectHashes()).keys()];
const isAttachment = (key: string): boolean => imagePartOf(key)?.kind === "attachment";
const sidecar = (experiment: object, more: object = {}): string =>
  JSON.stringify({ ...JSON.parse(CLASSIC_JSON), ...more, experiment_metadata: experiment });
const baseOf = async (): Promise<string | undefined> => {
  const { sidecars } = parseProvenance((await (await record()).loadJsonText("provenance")).text);
  return sidecars.flatMap(({ artifacts }) => artifacts).find(({ key }) => key === METADATA)?.sha256;
};
const historyText = async (sha256 = ""): Promise<string> =>
  new TextDecoder().decode(await dataset.history(sha256));

describe("a refresh of metadata that both sides changed", () => {
  it("a condition that was mistyped in a sidecar comes in after a ROI was added", async () => {
    await start({ "a.json": sidecar({ condition: "AgnII" }) });
    await addRoi();
    await put("a.json", sidecar({ condition: "AngII" }));
    const report = await refresh();
    expect([report.conflicts, report.open, report.updated.length]).toEqual([[], [], 1]);
    const { experiment, rois } = parseMetadata(await textOf());
    expect([experiment.condition, rois.map(({ id }) => id)]).toEqual(["AngII", [1, 2]]);
    expect(await keys()).not.toContain(OPEN);
  });

  it("what came is the base, in the history and by its hash in the provenance, and never the merged text", async () => {
    await start({ "a.json": sidecar({ condition: "one" }) });
    const ingested = sha256Of(new TextEncoder().encode(await textOf()));
    expect(await baseOf()).toBe(ingested);
    expect(await historyText(ingested)).toBe(await textOf());
    await addRoi();
    for (const condition of ["two", "three"]) {
      await put("a.json", sidecar({ condition }));
      await refresh();
      const base = JSON.parse(await historyText(await baseOf()));
      expect([base.experiment_metadata.condition, base.rois.length]).toEqual([condition, 1]);
      expect(sha256Of(new TextEncoder().encode(await textOf()))).not.toBe(await baseOf());
      expect(parseMetadata(await textOf())).toMatchObject({
        experiment: { condition },
        rois: [{ id: 1 }, { id: 2 }],
      });
    }
    const all = { problems: [], notes: [] };
    expect(await dataset.check()).toMatchObject(all);
  });

  it("a field that both changed stays, what came is kept, and it is listed at every refresh until it is settled", async () => {
    await start({ "a.json": sidecar({ condition: "", note: "n" }) });
    await edit({ experiment: { condition: "mine" }, accepted: true });
    await put("a.json", sidecar({ condition: "theirs", note: "new" }));
    const planned = await refreshFromFolder(dataset, lab, { dryRun: true });
    expect(planned.conflicts[0]?.reason).toContain("edited in the dataset since: condition");
    const { conflicts } = await refresh();
    expect(conflicts[0]?.reason).toBe(
      "a.json changed, but condition was edited in the dataset since: the edit stays, and the new file is kept as attachments/a.json",
    );
    expect(parseMetadata(await textOf())).toMatchObject({
      experiment: { condition: "mine", note: "new" },
      accepted: true,
    });
    expect((await listOpenConflicts(dataset))[0]?.conflicts).toEqual([
      {
        name: CONDITION,
        key: METADATA,
        mine: '"mine"',
        theirs: '"theirs"',
        base: '""',
        isField: true,
        from: ["a.json"],
        attachments: ["attachments/a.json"],
      },
    ]);
    const { version } = dataset;
    const again = await refresh();
    expect([again.conflicts, again.unchanged.length, dataset.version]).toEqual([[], 1, version]);
    expect(again.open).toMatchObject([{ path: "a.tif", reason: "condition" }]);
  });

  it("one that comes to say the same closes, and one that changes again is renewed", async () => {
    await start({ "a.json": sidecar({ condition: "", note: "" }) });
    await edit({ experiment: { condition: "mine", note: "mine" } });
    await put("a.json", sidecar({ condition: "theirs", note: "theirs" }));
    await refresh();
    expect(await open()).toEqual([CONDITION, "experiment_metadata.note"]);
    await put("a.json", sidecar({ condition: "later", note: "mine" }));
    await refresh();
    expect((await listOpenConflicts(dataset))[0]?.conflicts).toMatchObject([
      { name: CONDITION, mine: '"mine"', theirs: '"later"' },
    ]);
    await put("a.json", sidecar({ condition: "mine", note: "mine" }));
    expect((await refresh()).open).toEqual([]);
    expect((await keys()).filter((key) => key === OPEN || isAttachment(key))).toEqual([]);
  });

  it("a base that is gone makes every difference a conflict, and nothing is overwritten", async () => {
    await start({ "a.json": sidecar({ condition: "one" }) });
    const store = memoryStore();
    dataset = await openDataset(store);
    await ingestLegacyFolder(dataset, lab);
    await addRoi();
    const { removed } = await collect();
    expect(removed.length).toBeGreaterThan(0);
    await put("a.json", sidecar({ condition: "two" }));
    await refresh();
    expect([...(await open())].sort()).toEqual([CONDITION, "roi:2"]);
    expect(parseMetadata(await textOf())).toMatchObject({ experiment: { condition: "one" } });
  });

  it("a calibration that comes in by a merge is written to the pixels", async () => {
    await start({ "a.json": CLASSIC_JSON });
    await addRoi();
    const header = { ...JSON.parse(CLASSIC_JSON).header, voxels: [0.002, 0.25] };
    await put("a.json", JSON.stringify({ ...JSON.parse(CLASSIC_JSON), header }));
    await refresh();
    const { attributes } = await (await record()).openArray();
    expect(attributes).toMatchObject({ dimension_steps: [0.002, 0.25] });
  });
});

describe("settling a conflict", () => {
  const conflict = async (): Promise<void> => {
    await start({ "a.json": sidecar({ condition: "", note: "" }) });
    await edit({ experiment: { condition: "mine", note: "mine" } });
    await put("a.json", sidecar({ condition: "theirs", note: "theirs" }));
    await refresh();
  };

  it.each(["ours", "theirs"] as const)(
    "as %s: the value is there, and nothing of the conflict is left",
    async (side) => {
      await conflict();
      const { id } = await record();
      const { settled, open: left, commit } = await resolveConflicts(dataset, id, side);
      expect(settled.map(({ name }) => name)).toEqual([CONDITION, "experiment_metadata.note"]);
      expect([left, commit.committed]).toEqual([[], true]);
      const value = side === "ours" ? "mine" : "theirs";
      expect(parseMetadata(await textOf()).experiment).toMatchObject({ condition: value, note: value });
      expect((await keys()).filter((key) => key === OPEN || isAttachment(key))).toEqual([]);
      const base = JSON.parse(await historyText(await baseOf()));
      expect(base.experiment_metadata.condition, "theirs is the new base").toBe("theirs");
      const { version } = dataset;
      expect([(await refresh()).open, dataset.version]).toEqual([[], version]);
      await put("a.json", sidecar({ condition: "theirs", note: "anew" }));
      const { conflicts } = await refresh();
      expect(conflicts.length, "only the note is new").toBe(side === "ours" ? 1 : 0);
      expect(await open()).toEqual(side === "ours" ? ["experiment_metadata.note"] : []);
      expect((await dataset.check()).problems).toEqual([]);
    },
  );

  it("field by field: the attachment stays until the last one is settled", async () => {
    await conflict();
    const { id } = await record();
    const first = await resolveConflicts(dataset, id, new Map([[CONDITION, "theirs"]]));
    expect(first.open).toEqual(["experiment_metadata.note"]);
    expect(await keys()).toContain("attachments/a.json");
    expect(parseMetadata(await textOf()).experiment).toMatchObject({ condition: "theirs", note: "mine" });
    const log = (await Array.fromAsync(dataset.log())).at(-1);
    expect(log?.message).toBe(`resolve ${id}: theirs for condition`);
    await resolveConflicts(dataset, id, new Map([["experiment_metadata.note", "ours"]]));
    expect((await keys()).filter((key) => key === OPEN || isAttachment(key))).toEqual([]);
  });

  it("of an artifact as a whole, of one that no file makes any more, and of an array", async () => {
    const array = (last: number): Uint8Array =>
      writeNpy({ dtype: "uint8", shape: [2], data: Uint8Array.of(1, last) });
    await start({ "a.qc.json": "{}", "a.m.npy": array(2) });
    const image = await record();
    await image.saveJson("qc", { mine: true });
    await image.saveArrayArtifact("m", { dtype: "uint8", shape: [2], data: Uint8Array.of(8, 8) });
    await put("a.qc.json", "[1]");
    await put("a.m.npy", array(3));
    await refresh();
    expect([...(await open())].sort()).toEqual(["analysis/qc.json", "analysis_arrays/m"]);
    await resolveConflicts(dataset, image.id, "theirs");
    expect(await image.loadJson("qc")).toEqual([1]);
    expect((await image.loadArrayArtifact("m")).data).toEqual(Uint8Array.of(1, 3));
    await put("a.qc.json", "[2]");
    await put("a.m.npy", array(4));
    expect((await refresh()).conflicts).toEqual([]);
    expect(await image.loadJson("qc")).toEqual([2]);
    expect((await image.loadArrayArtifact("m")).data).toEqual(Uint8Array.of(1, 4));
  });

  it("of an array whose file is of a lab's own format, after the file is gone", async () => {
    const formats = [MASK_TEXT];
    await start({ "a_mask.txt": "1 2" }, { formats });
    const image = await record();
    expect((await image.loadArrayArtifact("mask")).data).toEqual(Uint8Array.of(1, 2));
    await image.saveArrayArtifact("mask", { dtype: "uint8", shape: [2], data: Uint8Array.of(8, 8) });
    await put("a_mask.txt", "3 4");
    expect((await refresh({ formats })).conflicts).toHaveLength(1);
    const kept = (await keys()).filter((key) => isAttachment(key));
    expect(kept).toEqual([
      "attachments/a_mask.txt",
      expect.stringMatching(/incoming-[0-9a-f]{12}-mask\.npy$/),
    ]);
    await put("a_mask.txt", "5 6");
    await refresh({ formats });
    await resolveConflicts(dataset, image.id, "theirs");
    expect((await image.loadArrayArtifact("mask")).data).toEqual(Uint8Array.of(5, 6));
    expect((await keys()).filter((key) => isAttachment(key))).toEqual([]);
    await put("a_mask.txt", "7 7");
    expect((await refresh({ formats })).conflicts).toEqual([]);
    expect((await image.loadArrayArtifact("mask")).data).toEqual(Uint8Array.of(7, 7));
  });

  it("of what is not in conflict, or came so long ago that it is gone, writes nothing", async () => {
    await conflict();
    const { id } = await record();
    const { version } = dataset;
    await expect(resolveConflicts(dataset, id, new Map([["accepted", "ours"]]))).rejects.toMatchObject({
      code: "not_found",
      message: `accepted is not in conflict: open are ${CONDITION}, experiment_metadata.note`,
    });
    expect(dataset.version).toBe(version);
    await collect();
    const collected = dataset.version;
    await expect(resolveConflicts(dataset, id, "theirs")).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining("the file is attachments/a.json"),
    });
    expect(dataset.version).toBe(collected);
    await resolveConflicts(dataset, id, "ours");
    await expect(resolveConflicts(dataset, id, "ours")).rejects.toMatchObject({ code: "not_found" });
  });
});
