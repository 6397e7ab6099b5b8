import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  portableRuntime,
  type Row,
  type TableSchema,
} from "../src/index.ts";

const DOCS = join(import.meta.dirname, "../../../docs");
const WORKED_EXAMPLE = /<!-- worked-example: (\S+) -->\s+```\w+\n([\s\S]*?)```/g;

/** `docs/` shows files of a dataset; this makes that dataset and compares them. */
describe.each(["on-disk-format.md", "commit-protocol.md"])("docs/%s", (page) => {
  const examples = [...readFileSync(join(DOCS, page), "utf8").matchAll(WORKED_EXAMPLE)].map(
    ([, path = "", text = ""]) => ({
      path,
      text,
    }),
  );
  let store: KeyValueStore;
  beforeAll(async () => {
    store = await makeWorkedExample(page === "commit-protocol.md");
  });

  it("has worked examples", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.each(examples)("shows $path as it is", async ({ path, text }) => {
    if (path === "tree") {
      expect(`${(await filesOf(store)).join("\n")}\n`).toBe(text);
      return;
    }
    const bytes = await store.get(parseStoreKey(path));
    expect(`${new TextDecoder().decode(bytes).trimEnd()}\n`).toBe(text);
  });
});

/** A clock that stands still and ids that count, so that every byte is the same each time. */
async function makeWorkedExample(hasSecondCommit: boolean): Promise<KeyValueStore> {
  let ids = 0;
  const store = memoryStore();
  const dataset = await openDataset(store, {
    runtime: {
      ...portableRuntime(),
      nowEpochMs: () => Date.UTC(2026, 0, 2, 3, 4, 5),
      newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, "0")}`,
      writer: { host: "microscope-pc", pid: 4711, started: "2026-01-02T03:00:00.000Z" },
    },
  });
  const events: TableSchema = {
    columns: [
      { name: "image_id", type: "utf8", nullable: false },
      { name: "t_start_s", type: "float64", unit: "s" },
    ],
  };
  const rows: Row[] = [{ image_id: "line-scan", t_start_s: 0.5 }];
  await dataset.transaction(
    async (transaction) => {
      const record = await transaction.addImage(
        { dtype: "uint16", shape: [4, 3], data: new Uint16Array(12) },
        {
          id: "line-scan",
          axes: ["t", "x"],
          summary: { acquired_local_epoch_ns: 1_667_392_215_461_000_000n },
        },
      );
      await record.saveJson("velocity_events/params", { window: 16 });
      await record.saveParquet("velocity_events/events", rows, { schema: events });
      await record.saveArrayArtifact("masks/7", { dtype: "bool", shape: [2, 2], data: new Uint8Array(4) });
      await record.saveAttachment("notes.txt", new TextEncoder().encode("a stall at 0.5 s"));
      await transaction.replaceRowsForImageIds("kym_velocity_events", new Map([["line-scan", rows]]), {
        schema: events,
      });
    },
    { message: "one line scan" },
  );
  if (hasSecondCommit) {
    await dataset.record("line-scan").saveJson("velocity_events/params", { window: 32 });
  }
  return store;
}

async function filesOf(store: KeyValueStore, prefix = ""): Promise<string[]> {
  const entries = await store.list(prefix === "" ? "" : parseStoreKey(prefix));
  const below = entries.map(({ name, kind }) => {
    const key = prefix === "" ? name : `${prefix}/${name}`;
    return kind === "directory" ? filesOf(store, key) : [key];
  });
  return (await Promise.all(below)).flat().sort();
}
