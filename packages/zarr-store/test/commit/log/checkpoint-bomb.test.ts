import { expect, it } from "vitest";
import { gzip } from "../../../src/bytes/gzip.ts";
import { sealGzip } from "../../../src/bytes/sealed-gzip.ts";
import { openDataset } from "../../../src/dataset/open-dataset.ts";
import { memoryStore } from "../../../src/store/memory-store.ts";
import { joinKey } from "../../../src/store/store-key.ts";
import { collectLog } from "../../support/test-runtime.ts";

it("a checkpoint that unpacks to far more than a checkpoint does is not unpacked, and the log is read", async () => {
  const store = memoryStore();
  const dataset = await openDataset(store);
  const image = { dtype: "uint8", shape: [2, 2], data: new Uint8Array(4) } as const;
  await (await dataset.addImage(image, { id: "one" })).saveJson("notes", { v: 1 });
  const text = new Uint8Array(2 ** 25).fill(0x20);
  await store.put(joinKey("__commits/checkpoint.json.gz"), sealGzip(await gzip(text)));
  const logger = collectLog();
  const reader = await openDataset(store, { mode: "r", logger });
  expect(await reader.record("one").loadJson("notes")).toEqual({ v: 1 });
  expect(logger.warnings).toEqual([
    expect.stringMatching(/checkpoint\.json\.gz is not usable.*more than 1048576 bytes/),
  ]);
});

it.each([
  ["JSON of another shape", "{}"],
  ["no JSON", "{"],
  ["a list", "[[1]]"],
])("a checkpoint of %s is said to be damaged, and not what the decoder stumbled over", async (_, text) => {
  const store = memoryStore();
  const dataset = await openDataset(store);
  await dataset.addImage({ dtype: "uint8", shape: [2, 2], data: new Uint8Array(4) }, { id: "one" });
  const bytes = await gzip(new TextEncoder().encode(text));
  await store.put(joinKey("__commits/checkpoint.json.gz"), sealGzip(bytes));
  const logger = collectLog();
  expect(await (await openDataset(store, { mode: "r", logger })).listImageIds()).toEqual(["one"]);
  expect(logger.warnings).toEqual([
    expect.stringMatching(/^__commits\/checkpoint\.json\.gz is not usable, reading the log instead: \S/),
  ]);
  expect(logger.warnings.join()).not.toMatch(/Error|undefined|Unexpected token/);
});
