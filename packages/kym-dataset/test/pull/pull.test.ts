import { loadMetadataText } from "@kym/kym-schema";
import { loadOpenConflicts } from "@kym/kym-schema/merge";
import { createNdArray, isZarrStoreError, memoryStore, type ZarrDataset } from "@kym/zarr-store";
import { describe, expect, it } from "vitest";
import { loadImageConflicts, pullDataset, settleImageConflict } from "../../src/copies/index.ts";
import { AcqImage, isKymDatasetError } from "../../src/index.ts";
import { addScan, type Copy, copyOf, drawFrom, makeStudy, openCopy, pull, stateOf } from "./two-copies.ts";

async function twoCopies(images = 3): Promise<readonly [anna: Copy, bela: Copy]> {
  const made = await makeStudy(7, images);
  return [await copyOf(made, "anna"), await copyOf(made, "bela")];
}

function imageOf({ dataset }: Copy, id: string): AcqImage {
  const record = dataset.record(id);
  return AcqImage.from({
    sourceKey: id,
    pixelStore: record.asPixelStore(),
    artifactStore: record.asArtifactStore(),
  });
}

async function lastRecord(dataset: ZarrDataset) {
  const records = [];
  for await (const record of dataset.log()) {
    records.push(record);
  }
  return records.at(-1);
}

describe("a pull", () => {
  it("takes what one copy changed into what the other changed, and names whose work it brings", async () => {
    const [anna, bela] = await twoCopies();
    await imageOf(anna, "scan-0").addRoi({
      bounds: { dim0Start: 0, dim0Stop: 3, dim1Start: 0, dim1Stop: 2 },
    });
    await imageOf(bela, "scan-0").editMetadata({ experiment: { condition: "AngII" }, accepted: false });
    const taken = await bela.dataset.copies.newest();
    const report = await pull(anna, bela);
    expect(report).toMatchObject({
      taken,
      base: { of: "ours", point: { version: 3 } },
      persons: ["bela"],
      images: [{ imageId: "scan-0", outcome: "changed", taken: ["condition", "accepted"], conflicts: [] }],
    });
    const { rois, accepted, experiment } = await imageOf(anna, "scan-0").metadata();
    expect([rois.length, accepted, experiment.condition]).toEqual([1, false, "AngII"]);
    const record = await lastRecord(anna.dataset);
    expect(record?.writer.person).toBe("anna");
    expect(record?.message).toBe(`pull 1 image from ${bela.dataset.location}: work of bela`);
    expect(record?.details?.["pull"]).toEqual({
      from: bela.dataset.location,
      version: taken?.version,
      record_sha256: taken?.recordSha256,
      persons: ["bela"],
      complete: true,
    });
  });

  it("leaves a field that both changed, keeps what came, and lists it", async () => {
    const [anna, bela] = await twoCopies();
    await imageOf(anna, "scan-0").editMetadata({ experiment: { condition: "Control" } });
    await imageOf(bela, "scan-0").editMetadata({ experiment: { condition: "AngII", note: "thin" } });
    const theirs = await loadMetadataText(bela.dataset.record("scan-0"));
    const { images } = await pull(anna, bela);
    const [{ conflicts = [] } = {}] = images;
    expect(conflicts).toMatchObject([
      {
        key: "analysis/metadata.json",
        fields: ["experiment_metadata.condition"],
        reason: "both copies changed it",
      },
    ]);
    const record = anna.dataset.record("scan-0");
    expect((await imageOf(anna, "scan-0").metadata()).experiment).toMatchObject({
      condition: "Control",
      note: "thin",
    });
    const name = conflicts[0]?.attachments[0]?.replace("attachments/", "") ?? "";
    expect(new TextDecoder().decode(await record.loadAttachment(name))).toBe(theirs);
    const [open] = await loadOpenConflicts(record);
    expect(open).toMatchObject({ isFromCopy: true, fields: [{ base: '""', theirs: '"AngII"' }] });
    expect(new TextDecoder().decode(await anna.dataset.history(open?.theirs ?? ""))).toBe(theirs);
  });

  it("deletes an image that the other copy deleted, unless it was changed here", async () => {
    const [anna, bela] = await twoCopies();
    await imageOf(anna, "scan-0").editMetadata({ accepted: false });
    await bela.dataset.deleteImage("scan-0");
    await bela.dataset.deleteImage("scan-1");
    const { images } = await pull(anna, bela);
    expect(
      images.map(({ imageId, outcome, conflicts }) => [imageId, outcome, conflicts.map(({ key }) => key)]),
    ).toEqual([
      ["scan-0", "kept", [""]],
      ["scan-1", "deleted", []],
    ]);
    expect(await anna.dataset.listImageIds()).toEqual(["scan-0", "scan-2"]);
    const back = await pull(bela, anna);
    expect(back.images.map(({ imageId, outcome }) => [imageId, outcome])).toEqual([["scan-0", "new"]]);
    expect(await stateOf(bela)).toEqual(await stateOf(anna));
  });

  it("brings an image with all its objects and its row of the ledger, and an array with the groups above it", async () => {
    const [anna, bela] = await twoCopies();
    await addScan(bela.dataset, "new-scan", drawFrom(1));
    const record = bela.dataset.record("new-scan");
    await record.saveArrayArtifact("masks/1", createNdArray("bool", [2, 2], new Uint8Array([1, 0, 0, 1])));
    await bela.dataset
      .record("scan-0")
      .saveArrayArtifact("masks/2", createNdArray("uint8", [1], new Uint8Array([3])));
    const report = await pull(anna, bela);
    expect(report.sources).toBe(1);
    expect(await anna.dataset.record("new-scan").objectHashes()).toEqual(await record.objectHashes());
    expect((await anna.dataset.record("scan-0").loadArrayArtifact("masks/2")).data[0]).toBe(3);
    await bela.dataset.record("scan-0").arrays.delete("masks/2");
    await pull(anna, bela);
    expect(await stateOf(anna)).toEqual(await stateOf(bela));
    expect((await anna.dataset.check()).problems).toEqual([]);
  });

  it("keeps an array that both changed as it is, and each object of theirs as an attachment", async () => {
    const [anna, bela] = await twoCopies();
    for (const [{ dataset }, value] of [
      [anna, 1],
      [bela, 2],
    ] as const) {
      await dataset
        .record("scan-0")
        .saveArrayArtifact("mask", createNdArray("uint8", [1], new Uint8Array([value])));
    }
    const { images } = await pull(anna, bela);
    expect(images[0]?.conflicts).toMatchObject([{ key: "analysis_arrays/mask", fields: undefined }]);
    expect((await anna.dataset.record("scan-0").loadArrayArtifact("mask")).data[0]).toBe(1);
    expect((await loadOpenConflicts(anna.dataset.record("scan-0")))[0]?.attachments).toHaveLength(2);
  });

  /** Each ingested one file by itself. */
  async function withOneFile(): Promise<readonly [anna: Copy, bela: Copy, cora: Copy]> {
    const made = await makeStudy(7, 3);
    const [anna, bela, cora] = [
      await copyOf(made, "anna"),
      await copyOf(made, "bela"),
      await copyOf(made, "cora"),
    ];
    const pixels = createNdArray("uint8", [2, 2], new Uint8Array(4));
    const row = {
      ...{ source_mtime_ns: 1n, source_size_bytes: 1n, ingested_epoch_ns: 1n },
      ...{ source_sha256: "ab".repeat(32), source_rel_path: "day/x.tif" },
    };
    for (const [{ dataset }, id] of [
      [anna, "by-anna"],
      [bela, "by-bela"],
      [cora, "by-cora"],
    ] as const) {
      await dataset.addImage(pixels, { id });
      await dataset.appendSources([{ ...row, image_id: id, source_primary_path: `/home/${id}/day/x.tif` }]);
    }
    return [anna, bela, cora];
  }

  it("leaves out a file that both ingested by themselves, and names both ids until it is settled", async () => {
    const [anna, bela] = await withOneFile();
    const { images, sources } = await pull(anna, bela);
    expect(images).toMatchObject([{ imageId: "by-bela", outcome: "left", conflicts: [{ key: "" }] }]);
    expect(images[0]?.conflicts[0]?.reason).toContain("by-anna");
    expect(sources).toBe(0);
    expect(await anna.dataset.listImageIds()).not.toContain("by-bela");
    const from = bela.dataset.location;
    const open = [
      {
        ...{ imageId: "by-bela", here: "by-anna", because: "same_file" as const, from, isSettled: false },
        keptAs: expect.stringMatching(/^[0-9a-f]{32}$/),
        sources: [expect.objectContaining({ image_id: "by-bela" })],
      },
    ];
    expect(await loadImageConflicts(anna.dataset)).toEqual(open);
    const again = await pull(anna, bela);
    expect([again.images, again.versions]).toEqual([images, []]);
    await settleImageConflict(anna.dataset, "by-bela");
    expect(await loadImageConflicts(anna.dataset)).toEqual([{ ...open[0], isSettled: true, sources: [] }]);
    expect((await anna.dataset.exact.below("attachments")).size).toBe(0);
    expect((await pull(anna, bela)).images).toEqual([]);
    const refusal = await settleImageConflict(anna.dataset, "by-bela").catch((error: unknown) => error);
    expect(isKymDatasetError(refusal, "not_found")).toBe(true);
    // What was given up is that version and no other.
    await bela.dataset.record("by-bela").saveJson("note", { by: "bela" });
    expect((await pull(anna, bela)).images).toMatchObject([{ imageId: "by-bela", outcome: "left" }]);
    expect(await loadImageConflicts(anna.dataset)).toMatchObject([{ imageId: "by-bela", isSettled: false }]);
  });

  const idsOf = async ({ dataset }: Copy) => (await dataset.listImageIds()).filter((id) => /^by/.test(id));

  it("leaves one scan and one open conflict in both copies of a file that both ingested, and settles it for both", async () => {
    for (const side of ["ours", "theirs"] as const) {
      for (const settledBy of ["anna", "bela"]) {
        const [anna, bela] = await withOneFile();
        const theirs = await bela.dataset.record("by-bela").objectHashes();
        await pull(anna, bela);
        const { images } = await pull(bela, anna);
        expect(images).toMatchObject([
          { imageId: "by-anna", outcome: "new" },
          { imageId: "by-bela", outcome: "deleted", openThere: ["whole image"] },
        ]);
        expect(await stateOf(bela)).toEqual(await stateOf(anna));
        expect([await idsOf(anna), await idsOf(bela)]).toEqual([["by-anna"], ["by-anna"]]);
        expect((await loadImageConflicts(bela.dataset)).map(({ isSettled }) => isSettled)).toEqual([false]);
        expect([...(await bela.dataset.exact.below("attachments")).values()].sort()).toEqual(
          [...theirs.values()].sort(),
        );
        const [by, other] = settledBy === "anna" ? [anna, bela] : [bela, anna];
        await settleImageConflict(by.dataset, "by-bela", { side });
        await pull(other, by);
        await pull(by, other);
        expect(await stateOf(bela)).toEqual(await stateOf(anna));
        expect(await idsOf(anna)).toEqual([side === "ours" ? "by-anna" : "by-bela"]);
        const [row] = await loadImageConflicts(anna.dataset);
        expect(row?.isSettled).toBe(side === "ours" ? true : undefined);
      }
    }
  });

  it("keeps what was edited meanwhile, and one that each copy settled for its own, open in both", async () => {
    const [anna, bela] = await withOneFile();
    await pull(anna, bela);
    await bela.dataset.record("by-bela").saveJson("note", { by: "bela" });
    await pull(bela, anna);
    await pull(anna, bela);
    expect([await idsOf(anna), await idsOf(bela)]).toEqual([["by-bela"], ["by-bela"]]);
    expect(await stateOf(bela)).toEqual(await stateOf(anna));
    const open = await loadImageConflicts(anna.dataset);
    expect(open).toMatchObject([{ imageId: "by-anna", here: "by-bela", isSettled: false }]);
    await settleImageConflict(anna.dataset, "by-anna");
    await settleImageConflict(bela.dataset, "by-anna", { side: "theirs" });
    await pull(anna, bela);
    await pull(bela, anna);
    expect(await idsOf(anna)).toEqual(["by-bela"]);
    expect(await stateOf(bela)).toEqual(await stateOf(anna));
    expect(await loadImageConflicts(anna.dataset)).toMatchObject([{ imageId: "by-anna", isSettled: false }]);
  });

  it("brings what was settled for one side to a copy that settled it for the other as a conflict, in either order", async () => {
    const [anna, bela] = await withOneFile();
    await pull(anna, bela);
    await pull(bela, anna);
    await settleImageConflict(anna.dataset, "by-bela");
    await settleImageConflict(bela.dataset, "by-bela", { side: "theirs" });
    await pull(bela, anna);
    expect(await loadImageConflicts(bela.dataset)).toMatchObject([{ imageId: "by-anna", here: "by-bela" }]);
    await pull(anna, bela);
    expect(await idsOf(anna)).toEqual(["by-bela"]);
    expect(await stateOf(bela)).toEqual(await stateOf(anna));
  });

  it("forgets neither of two images of a file, if one copy edits and chooses the one and the other copy the other", async () => {
    for (const isBelaFirst of [true, false]) {
      const [anna, bela] = await withOneFile();
      await pull(anna, bela);
      await pull(bela, anna);
      await bela.dataset.record("by-anna").saveJson("note", { by: "bela" });
      await settleImageConflict(bela.dataset, "by-bela");
      await settleImageConflict(anna.dataset, "by-bela", { side: "theirs" });
      const [to, from] = isBelaFirst ? [bela, anna] : [anna, bela];
      await pull(to, from);
      await pull(from, to);
      expect(await stateOf(bela)).toEqual(await stateOf(anna));
      const [conflict] = await loadImageConflicts(anna.dataset);
      expect(conflict?.isSettled).toBe(false);
      expect([conflict?.imageId, ...(await idsOf(anna))].sort()).toEqual(["by-anna", "by-bela"]);
    }
  });

  it("keeps what one copy changed of a deleted image beside the image that a third copy changed as well", async () => {
    const [anna, bela, cora] = await withOneFile();
    await imageOf(anna, "scan-0").editMetadata({ experiment: { note: "anna" } });
    await imageOf(cora, "scan-0").editMetadata({ experiment: { note: "cora" } });
    const wanted = await anna.dataset.record("scan-0").objectHashes();
    await bela.dataset.deleteImage("scan-0");
    await pull(bela, anna);
    await pull(cora, bela);
    await pull(bela, cora);
    for (const { dataset } of [bela, cora]) {
      expect((await imageOf({ dataset } as Copy, "scan-0").metadata()).experiment.note).toBe("cora");
      const open = (await loadImageConflicts(dataset)).filter(({ imageId }) => imageId === "scan-0");
      expect(open).toMatchObject([{ because: "deleted_here", isSettled: false }]);
    }
    expect(await stateOf(cora)).toEqual(await stateOf(bela));
    await settleImageConflict(cora.dataset, "scan-0", { side: "theirs" });
    expect(await cora.dataset.record("scan-0").objectHashes()).toEqual(wanted);
  });

  it("takes nothing from a list of what is not kept, which an earlier build copies with the other tables", async () => {
    const [anna, bela, cora] = await withOneFile();
    await cora.dataset.deleteImage("by-cora");
    await pull(anna, bela);
    await anna.dataset.deleteImage("scan-1");
    await imageOf(bela, "scan-1").editMetadata({ accepted: false });
    await pull(anna, bela);
    const path = "tables/image_conflicts.parquet";
    await cora.dataset.transaction(async (transaction) => {
      const hash = await anna.dataset.exact.hash(path);
      await transaction.exact.copy(anna.dataset.exact, new Map([[path, hash ?? null]]));
    });
    expect((await loadImageConflicts(cora.dataset)).map(({ keptAs }) => keptAs)).toEqual([
      undefined,
      undefined,
    ]);
    await pull(bela, cora);
    expect(await loadImageConflicts(bela.dataset)).toEqual([]);
    await pull(cora, anna);
    expect((await loadImageConflicts(cora.dataset)).every(({ keptAs }) => keptAs !== undefined)).toBe(true);
    expect(await loadImageConflicts(cora.dataset)).toHaveLength(2);
    expect((await cora.dataset.check()).problems).toEqual([]);
  });

  it("leaves the same in three copies that ingested one file, and forgets no version of it", async () => {
    const [anna, bela, cora] = await withOneFile();
    for (const [to, from] of [
      [anna, bela],
      [bela, cora],
      [cora, anna],
      [anna, cora],
      [bela, anna],
      [cora, bela],
      [anna, bela],
      [bela, cora],
    ] as const) {
      await pull(to, from);
    }
    const all = [anna, bela, cora];
    const listed = await Promise.all(all.map(({ dataset }) => loadImageConflicts(dataset)));
    for (const [index, copy] of all.entries()) {
      const ids = [...(await idsOf(copy)), ...(listed[index] ?? []).map(({ imageId }) => imageId)].sort();
      expect(ids, copy.dataset.location).toEqual(["by-anna", "by-bela", "by-cora"]);
      expect(listed[index]?.some(({ isSettled }) => isSettled)).toBe(false);
    }
    expect(await stateOf(bela)).toEqual(await stateOf(anna));
    expect(await stateOf(cora)).toEqual(await stateOf(anna));
  });

  it("takes what it left out once the image in its place is deleted", async () => {
    const [anna, bela] = await withOneFile();
    await pull(anna, bela);
    await anna.dataset.deleteImage("by-anna");
    const { images, sources } = await pull(anna, bela);
    expect([images, sources]).toMatchObject([[{ imageId: "by-bela", outcome: "new", conflicts: [] }], 1]);
    expect(await loadImageConflicts(anna.dataset)).toEqual([]);
    expect((await pull(anna, bela)).versions).toEqual([]);
  });

  it("takes a pooled table that one copy changed, and leaves one that both did; what an index makes stays away", async () => {
    const [anna, bela] = await twoCopies();
    const schema = { columns: [{ name: "n", type: "int64" as const }] };
    await bela.dataset.saveTable("mine", [{ n: 1n }], { schema });
    await bela.dataset.saveTable("both", [{ n: 1n }], { schema });
    await anna.dataset.saveTable("both", [{ n: 2n }], { schema });
    await bela.dataset.saveTable("kym_x", [{ n: 1n }], { schema });
    await bela.dataset.saveTable("kym_x_runs", [{ n: 1n }], { schema });
    const { tables } = await pull(anna, bela);
    expect(tables).toEqual({ taken: ["mine"], conflicts: ["both"] });
    const names = await anna.dataset.listTableNames();
    expect(names).toEqual(["both", "mine", expect.stringMatching(/^pulled_/), "sources", "table_conflicts"]);
  });

  it("writes nothing in a dry run, and says the same as the pull after it", async () => {
    const [anna, bela] = await twoCopies();
    await imageOf(anna, "scan-0").editMetadata({ accepted: false, experiment: { note: "a" } });
    await imageOf(bela, "scan-0").editMetadata({ experiment: { note: "b", condition: "AngII" } });
    await bela.dataset.deleteImage("scan-1");
    await addScan(bela.dataset, "new-scan", drawFrom(1));
    const before = [await stateOf(anna), anna.dataset.version];
    const planned = await pullDataset(anna.dataset, bela.dataset, { dryRun: true });
    expect([await stateOf(anna), anna.dataset.version]).toEqual(before);
    const { versions, ...done } = await pull(anna, bela);
    expect(versions).toHaveLength(1);
    expect({ ...planned, versions: undefined }).toEqual({ ...done, versions: undefined });
  });

  it("finds nothing to do the second time, and compares with the last pull the third time", async () => {
    const [anna, bela] = await twoCopies();
    await imageOf(bela, "scan-0").editMetadata({ experiment: { condition: "AngII" } });
    const first = await pull(anna, bela);
    expect(await pull(anna, bela)).toMatchObject({ hasNews: false, images: [], versions: [] });
    await imageOf(anna, "scan-0").editMetadata({ experiment: { condition: "Control" } });
    await imageOf(bela, "scan-0").editMetadata({ experiment: { note: "later" } });
    const third = await pull(anna, bela);
    expect(third.base).toEqual({ of: "theirs", point: first.taken });
    expect(third.images).toMatchObject([{ taken: ["note"], conflicts: [] }]);
    expect((await imageOf(anna, "scan-0").metadata()).experiment.condition).toBe("Control");
  });

  it("compares with what the other copy took in from here, if that was later", async () => {
    const [anna, bela] = await twoCopies();
    await imageOf(bela, "scan-0").editMetadata({ experiment: { condition: "AngII" } });
    await pull(anna, bela);
    await imageOf(bela, "scan-0").editMetadata({ experiment: { condition: "Control" } });
    const { base, images } = await pull(bela, anna);
    expect(base).toMatchObject({ of: "ours", point: { version: 4 } });
    expect(images).toEqual([]);
  });

  it("refuses a dataset that is no copy, and an empty one", async () => {
    const [anna] = await twoCopies();
    const other = await makeStudy(8, 1);
    const refusal = await pull(anna, other).catch((error: unknown) => error);
    expect(isKymDatasetError(refusal, "unrelated")).toBe(true);
    expect(String(refusal)).toContain("no commit in common");
    const empty = await openCopy(memoryStore(), "x");
    expect(isKymDatasetError(await pull(anna, empty).catch((error: unknown) => error), "unrelated")).toBe(
      true,
    );
  });

  it("leaves an image whose pixels differ, and takes nothing of it", async () => {
    const [anna, bela] = await twoCopies();
    await bela.dataset.deleteImage("scan-0");
    await bela.dataset.addImage(createNdArray("uint8", [2, 2], new Uint8Array(4)), { id: "scan-0" });
    const before = await anna.dataset.record("scan-0").objectHashes();
    const { images } = await pull(anna, bela);
    expect(images).toMatchObject([{ imageId: "scan-0", outcome: "left" }]);
    expect(await anna.dataset.record("scan-0").objectHashes()).toEqual(before);
    expect(await loadImageConflicts(anna.dataset)).toMatchObject([
      { imageId: "scan-0", here: "scan-0", because: "other_pixels" },
    ]);
    await anna.dataset.deleteImage("scan-0");
    expect((await pull(anna, bela)).images).toMatchObject([{ imageId: "scan-0", outcome: "new" }]);
    expect(await loadImageConflicts(anna.dataset)).toEqual([]);
    expect(await stateOf(anna)).toEqual(await stateOf(bela));
  });

  it("keeps the image with other pixels, and takes its place by theirs, without the other copy", async () => {
    const [anna, bela] = await twoCopies();
    await bela.dataset.deleteImage("scan-0");
    const record = await bela.dataset.addImage(createNdArray("uint8", [2, 2], new Uint8Array(4)), {
      id: "scan-0",
    });
    await pull(anna, bela);
    await record.saveJson("note", { by: "bela" });
    const { images } = await pull(anna, bela);
    const wanted = await record.objectHashes();
    const kept = await anna.dataset.exact.below("attachments");
    expect([...kept.values()].sort()).toEqual([...wanted.values()].sort());
    expect([...kept.keys()][0]).toContain(images[0]?.conflicts[0]?.attachments[0]);
    await settleImageConflict(anna.dataset, "scan-0", { side: "theirs" });
    expect(await anna.dataset.record("scan-0").objectHashes()).toEqual(wanted);
    expect((await anna.dataset.record("scan-0").loadArray()).shape).toEqual([2, 2]);
    expect(await loadImageConflicts(anna.dataset)).toEqual([]);
    expect((await anna.dataset.check()).problems).toEqual([]);
    expect((await pull(anna, bela)).images).toEqual([]);
    await pull(bela, anna);
    expect(await stateOf(bela)).toEqual(await stateOf(anna));
  });

  it("keeps an image that was deleted here as the other copy has it last, and ends that once both deleted it", async () => {
    const [anna, bela] = await twoCopies();
    await anna.dataset.deleteImage("scan-0");
    await imageOf(bela, "scan-0").editMetadata({ experiment: { note: "one" } });
    const first = await pull(anna, bela);
    expect(first.images).toMatchObject([{ imageId: "scan-0", outcome: "gone", conflicts: [{ key: "" }] }]);
    expect(await anna.dataset.listImageIds()).not.toContain("scan-0");
    expect((await pull(anna, bela)).versions).toEqual([]);
    await imageOf(bela, "scan-0").editMetadata({ experiment: { note: "two" } });
    await pull(anna, bela);
    const [conflict, ...others] = await loadImageConflicts(anna.dataset);
    expect([conflict?.because, others]).toEqual(["deleted_here", []]);
    const kept = await anna.dataset.exact.below("attachments");
    const wanted = await bela.dataset.record("scan-0").objectHashes();
    expect([...kept.values()].sort()).toEqual([...wanted.values()].sort());
    await bela.dataset.deleteImage("scan-0");
    await pull(anna, bela);
    expect(await loadImageConflicts(anna.dataset)).toEqual([]);
    expect((await anna.dataset.exact.below("attachments")).size).toBe(0);
    await pull(bela, anna);
    expect(await stateOf(bela)).toEqual(await stateOf(anna));
  });

  it("keeps the history that a kept image needs, so that its open conflicts can be settled once it is taken", async () => {
    const [anna, bela] = await twoCopies();
    const cora = await copyOf(bela, "cora");
    await imageOf(bela, "scan-0").editMetadata({ experiment: { condition: "AngII" } });
    await imageOf(cora, "scan-0").editMetadata({ experiment: { condition: "Control" } });
    await pull(bela, cora);
    await anna.dataset.deleteImage("scan-0");
    await pull(anna, bela);
    await settleImageConflict(anna.dataset, "scan-0", { side: "theirs" });
    const [open] = await loadOpenConflicts(anna.dataset.record("scan-0"));
    expect(open?.fields).toMatchObject([{ theirs: '"Control"' }]);
    expect(await anna.dataset.history(open?.theirs ?? "")).toBeDefined();
  });

  it("compares an image that both took with what was kept, so that edits of different fields meet", async () => {
    const [anna, bela] = await twoCopies();
    await anna.dataset.deleteImage("scan-0");
    await imageOf(bela, "scan-0").editMetadata({ accepted: false });
    await pull(anna, bela);
    await pull(bela, anna);
    for (const [copy, experiment] of [
      [anna, { condition: "AngII" }],
      [bela, { note: "thin" }],
    ] as const) {
      expect(await copy.dataset.listImageIds()).not.toContain("scan-0");
      await settleImageConflict(copy.dataset, "scan-0", { side: "theirs" });
      await imageOf(copy, "scan-0").editMetadata({ experiment });
    }
    expect((await pull(anna, bela)).images).toMatchObject([{ taken: ["note"], conflicts: [] }]);
    await pull(bela, anna);
    expect(await stateOf(bela)).toEqual(await stateOf(anna));
  });

  it("names an image that one copy took and the other deleted meanwhile as a conflict, in either direction", async () => {
    for (const isAnnaFirst of [true, false]) {
      const [anna, bela] = await withOneFile();
      await pull(anna, bela);
      await settleImageConflict(anna.dataset, "by-bela", { side: "theirs" });
      await bela.dataset.deleteImage("by-bela");
      const [to, from] = isAnnaFirst ? [anna, bela] : [bela, anna];
      const { images } = await pull(to, from);
      const outcome = isAnnaFirst ? "kept" : "gone";
      expect(images).toMatchObject([{ imageId: "by-bela", outcome }]);
      await pull(from, to);
      expect(await stateOf(from)).toEqual(await stateOf(to));
    }
  });

  it("goes on after a stop: what is there is not pulled again, and only the last commit counts as complete", async () => {
    const [anna, bela] = await twoCopies(1);
    for (let index = 0; index < 70; index++) {
      await addScan(bela.dataset, `more-${String(index).padStart(2, "0")}`, drawFrom(index));
    }
    const stop = new AbortController();
    const stopped = pullDataset(anna.dataset, bela.dataset, {
      signal: stop.signal,
      onEvent: ({ done }) => done === 66 && stop.abort(),
    }).catch((error: unknown) => error);
    const error = await stopped;
    expect(isKymDatasetError(error, "aborted") || isZarrStoreError(error, "aborted")).toBe(true);
    expect((await anna.dataset.listImageIds()).length).toBe(65);
    expect((await lastRecord(anna.dataset))?.details).toMatchObject({ pull: { complete: false } });
    const { images } = await pull(anna, bela);
    expect(images).toHaveLength(6);
    expect(await stateOf(anna)).toEqual(await stateOf(bela));
  });
});
