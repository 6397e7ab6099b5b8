import { expect, it } from "vitest";
import { meaningOf } from "../../../src/layout/index.ts";
import { inMaintained } from "../maintain/maintained-dataset.ts";

const PATH = "images/one/attachments/~~small.json";
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

it("derived data are saved, read, listed and deleted, and are neither attachments nor artifacts", async () => {
  await inMaintained("local", async ({ dataset, open }) => {
    const record = dataset.record("one");
    const before = [await record.listAttachments(), await record.listAnalysisKeys()];
    await record.derived.save("small.json", new TextEncoder().encode("made"));
    expect(meaningOf(PATH)).toEqual({ kind: "derived", imageId: "one", name: "small.json" });
    const reader = (await open(2)).record("one");
    expect(await reader.derived.list()).toEqual(["small.json"]);
    expect(text(await reader.derived.load("small.json"))).toBe("made");
    expect([await reader.listAttachments(), await reader.listAnalysisKeys()]).toEqual(before);
    expect((await reader.objectHashes()).has("attachments/~~small.json")).toBe(true);
    expect((await dataset.check({ level: "data" })).problems).toEqual([]);
    expect(await record.derived.delete("small.json")).toBe(true);
    expect(await record.derived.delete("small.json")).toBe(false);
    await expect(record.derived.load("small.json")).rejects.toMatchObject({ code: "not_found" });
  });
});

it("derived data go with their image, and are not kept in the history", async () => {
  await inMaintained("memory", async ({ dataset, text: textAt }) => {
    await dataset.record("one").derived.save("small.json", new TextEncoder().encode("made"));
    await dataset.record("one").derived.save("small.json", new TextEncoder().encode("made anew"));
    expect(await textAt(PATH)).toBe("made anew");
    await dataset.deleteImage("one");
    expect(await textAt(PATH)).toBeUndefined();
    expect((await dataset.check()).problems).toEqual([]);
  });
});

it("an attachment cannot have the name of derived data, and an undo of it is not offered", async () => {
  await inMaintained("memory", async ({ dataset }) => {
    const record = dataset.record("one");
    await expect(record.saveAttachment("~~small.json", new Uint8Array(1))).rejects.toMatchObject({
      code: "invalid_name",
    });
    await expect(record.derived.save("../small", new Uint8Array(1))).rejects.toMatchObject({
      code: "invalid_name",
    });
    await record.derived.save("small.json", new Uint8Array(1));
    const { version } = dataset;
    expect(await dataset.past.undo({ version })).toMatchObject({
      outcome: "refused",
      because: "no_artifact_changed",
    });
  });
});
