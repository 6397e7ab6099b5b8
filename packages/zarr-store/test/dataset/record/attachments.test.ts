import { describe, expect, it } from "vitest";
import { inMaintained } from "../maintain/maintained-dataset.ts";

const NOTES = "images/one/attachments/notes.txt";

describe.each(["memory", "local"] as const)("on a %s store", (medium) => {
  it("an attachment is deleted, and only it: the call says whether there was one", async () => {
    await inMaintained(medium, async ({ dataset, text, open }) => {
      const record = dataset.record("one");
      await record.saveAttachment("other.txt", new TextEncoder().encode("stays"));
      const analysis = await record.listAnalysisKeys();
      expect(await record.attachments.delete("notes.txt")).toBe(true);
      expect(await text(NOTES)).toBeUndefined();
      const fresh = (await open(2)).record("one");
      for (const reader of [record, fresh]) {
        expect(await reader.listAttachments()).toEqual(["other.txt"]);
        await expect(reader.loadAttachment("notes.txt")).rejects.toMatchObject({ code: "not_found" });
        expect(await reader.listAnalysisKeys()).toEqual(analysis);
      }
      expect((await dataset.check()).problems).toEqual([]);
    });
  });

  it("an attachment that is not there is not deleted, and makes no commit", async () => {
    await inMaintained(medium, async ({ dataset }) => {
      const { version } = dataset;
      expect(await dataset.record("one").attachments.delete("none.txt")).toBe(false);
      expect(dataset.version).toBe(version);
    });
  });

  it("an attachment of an image that is not there, and under a name that none can have, is an error", async () => {
    await inMaintained(medium, async ({ dataset }) => {
      await expect(dataset.record("two").attachments.delete("notes.txt")).rejects.toMatchObject({
        code: "not_found",
      });
      await expect(dataset.record("one").attachments.delete("../qc.json")).rejects.toMatchObject({
        code: "invalid_name",
      });
    });
  });

  it("an attachment is deleted with the transaction that it is deleted in, and can be saved again there", async () => {
    await inMaintained(medium, async ({ dataset, text }) => {
      const failing = dataset.transaction(async (transaction) => {
        const record = transaction.record("one");
        expect(await record.attachments.delete("notes.txt")).toBe(true);
        expect(await record.listAttachments()).toEqual([]);
        throw new Error("changed my mind");
      });
      await expect(failing).rejects.toThrow("changed my mind");
      expect(await text(NOTES)).toBe("kept unchanged");
      await dataset.transaction(async (transaction) => {
        const record = transaction.record("one");
        await record.attachments.delete("notes.txt");
        await record.saveAttachment("notes.txt", new TextEncoder().encode("anew"));
      });
      expect(await text(NOTES)).toBe("anew");
    });
  });

  it("an attachment that two writers delete at the same time is gone for both, by one commit", async () => {
    await inMaintained(medium, async ({ dataset, open }) => {
      const { version } = dataset;
      const other = await open(2);
      const outcomes = await Promise.all(
        [dataset, other].map((writer) => writer.record("one").attachments.delete("notes.txt")),
      );
      // Each saw that there was one.
      expect(outcomes).toContain(true);
      const reader = await open(3);
      expect(reader.version).toBe(version + 1);
      expect(await reader.record("one").listAttachments()).toEqual([]);
      expect((await reader.check()).problems).toEqual([]);
    });
  });
});
