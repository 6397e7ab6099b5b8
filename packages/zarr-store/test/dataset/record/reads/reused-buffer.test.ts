import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { memoryStore, openDataset, tableFromRows, type ZarrImageRecord } from "../../../../src/index.ts";
import { encodeParquet } from "../../../../src/table/index.ts";
import { interceptStore } from "../../../../src/testing/index.ts";

const IMAGE = { dtype: "uint8", shape: [2, 3], data: new Uint8Array([1, 2, 3, 4, 5, 6]) } as const;
const SCHEMA = { columns: [{ name: "image_id", type: "utf8" }] } as const;

type Save = (record: ZarrImageRecord, bytes: Uint8Array<ArrayBuffer>) => Promise<unknown>;

it.each<[string, string, Save]>([
  ["an attachment", "attachments/a.txt", (record, bytes) => record.saveAttachment("a.txt", bytes)],
  ["JSON", "analysis/a.json", (record, bytes) => record.json.saveBytes("a", bytes)],
  ["a table", "analysis/a.parquet", (record, bytes) => record.tables.saveBytes("a", "parquet", bytes)],
  ["a file", "analysis/a.json", (record, bytes) => record.files.save("analysis/a.json", bytes)],
])(
  "%s whose buffer is used again while it is saved is stored as it was when it was given",
  async (_, key, save) => {
    const given = key.endsWith("parquet")
      ? await encodeParquet(tableFromRows([{ image_id: "one" }], SCHEMA))
      : new TextEncoder().encode('{"a": 1}');
    for (const buffer of [new Uint8Array(given), Buffer.from(given)]) {
      let isSaving = false;
      const store = interceptStore(memoryStore(), async ({ method }, run) => {
        if (isSaving && method !== "get") {
          buffer.fill(0);
        }
        return run();
      });
      const dataset = await openDataset(store);
      const record = await dataset.addImage(IMAGE, { id: "one" });
      isSaving = true;
      await save(record, buffer);
      expect(await record.files.load(key)).toEqual(given);
      expect((await dataset.check()).problems).toEqual([]);
    }
  },
);

it("pixels whose buffer is used again while they are saved are whole, by their hashes", async () => {
  const data = new Uint8Array(60).fill(1);
  const store = interceptStore(memoryStore(), async (_, run) => {
    data.fill(2);
    return run();
  });
  const dataset = await openDataset(store);
  await dataset.addImage({ dtype: "uint8", shape: [20, 3], data }, { id: "one", chunks: [1, 3] });
  expect((await dataset.check()).problems).toEqual([]);
});
