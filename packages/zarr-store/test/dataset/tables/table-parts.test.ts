import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import {
  type KeyValueStore,
  memoryStore,
  openDataset,
  parseStoreKey,
  type Row,
  SOURCES_SCHEMA,
  type SourceRow,
  type TableSchema,
  type ZarrDataset,
} from "../../../src/index.ts";
import { rowsOf } from "../../../src/table/rows/rows-of.ts";
import { interceptStore } from "../../../src/testing/intercepted-store.ts";
import { commitParts, partBytes, partPath } from "../../support/table-parts.ts";
import { TestClock, testRuntime } from "../../support/test-runtime.ts";

const SCHEMA: TableSchema = {
  columns: [
    { name: "image_id", type: "utf8", nullable: false },
    { name: "v", type: "float64", unit: "mm/s" },
  ],
};

const rows = (...ids: readonly string[]): readonly Row[] => ids.map((image_id) => ({ image_id, v: 1 }));
const part = (...ids: readonly string[]): Promise<Uint8Array<ArrayBuffer>> => partBytes(rows(...ids), SCHEMA);

let store: KeyValueStore;
let dataset: ZarrDataset;
let clock: TestClock;

async function open(pid: number, on: KeyValueStore = store): Promise<ZarrDataset> {
  return openDataset(on, { durability: "none", runtime: testRuntime({ clock, pid }) });
}

async function idsIn(from: Pick<ZarrDataset, "loadTable">, name = "pooled"): Promise<readonly unknown[]> {
  return Array.from(rowsOf(await from.loadTable(name)), (row) => row["image_id"]);
}

/** The paths below `tables/` that the log has, and those that are there. */
async function tablePaths(): Promise<{ readonly log: readonly string[]; readonly there: readonly string[] }> {
  const log = new Set<string>();
  for await (const { ops } of (await open(9)).log()) {
    for (const { op, path } of ops) {
      if (op === "put") {
        log.add(path);
      } else {
        log.delete(path);
      }
    }
  }
  const there: string[] = [];
  for (const { name, kind } of await store.list(parseStoreKey("tables"))) {
    const below = kind === "directory" ? await store.list(parseStoreKey(`tables/${name}`)) : [];
    there.push(
      ...(kind === "file" ? [`tables/${name}`] : below.map((each) => `tables/${name}/${each.name}`)),
    );
  }
  return { log: [...log].filter((path) => path.startsWith("tables/")).sort(), there: there.sort() };
}

beforeEach(async () => {
  clock = new TestClock();
  store = memoryStore({ nowEpochMs: clock.look });
  dataset = await open(1);
  await dataset.saveTable("whole", rows("w"), { schema: SCHEMA });
});

describe("a pooled table that is a folder of parts", () => {
  beforeEach(async () => {
    await commitParts({ dataset, store }, "pooled", [await part("a", "b"), await part(), await part("c")]);
  });

  it("a table of parts is listed once and read in the order of its parts", async () => {
    for (const reader of [dataset, await open(2)]) {
      expect(await reader.listTableNames()).toEqual(["pooled", "whole"]);
      expect(await idsIn(reader)).toEqual(["a", "b", "c"]);
      const files = await reader.loadTableFiles("pooled");
      expect(files.map(({ path }) => path)).toEqual([0, 1, 2].map((n) => partPath("pooled", n)));
      expect(files[2]?.bytes).toEqual(await part("c"));
      expect((await reader.loadTableFiles("whole")).map(({ path }) => path)).toEqual([
        "tables/whole.parquet",
      ]);
    }
    expect((await dataset.check()).problems).toEqual([]);
  });

  it("the one file that is made of all parts has the bytes that the table would have been saved with", async () => {
    const bytes = await dataset.loadTableBytes("pooled");
    await dataset.saveTable("same", rows("a", "b", "c"), { schema: SCHEMA });
    expect(bytes).toEqual(await dataset.loadTableBytes("same"));
  });

  it("a store that cannot be listed gives the parts that the log names", async () => {
    const { location } = store;
    const reader = await openDataset(
      { location, get: (...call) => store.get(...call), getRange: (...call) => store.getRange(...call) },
      { mode: "r", runtime: testRuntime({ clock }) },
    );
    expect(await idsIn(reader)).toEqual(["a", "b", "c"]);
    await expect(reader.loadTable("none")).rejects.toMatchObject({ code: "not_found" });
  });

  const changes: readonly {
    readonly what: string;
    readonly change: (contents: Parameters<Parameters<ZarrDataset["transaction"]>[0]>[0]) => Promise<unknown>;
    readonly ids: readonly string[];
  }[] = [
    {
      what: "saving it",
      change: (contents) => contents.saveTable("pooled", rows("z"), { schema: SCHEMA }),
      ids: ["z"],
    },
    {
      what: "replacing the rows of an image",
      change: (contents) => contents.replaceRowsForImageId("pooled", "b", rows("b", "b"), { schema: SCHEMA }),
      ids: ["a", "b", "b", "c"],
    },
    {
      what: "two changes of rows",
      change: async (contents) => {
        await contents.replaceRowsForImageId("pooled", "a", []);
        await contents.replaceRowsForImageId("pooled", "d", rows("d"), { schema: SCHEMA });
      },
      ids: ["b", "c", "d"],
    },
    {
      what: "a function of its table",
      change: (contents) =>
        contents.mergeTable("pooled", (current) => ({ table: current?.slice(1), schema: SCHEMA })),
      ids: ["b", "c"],
    },
    {
      what: "saving it and changing rows of what was saved",
      change: async (contents) => {
        await contents.saveTable("pooled", rows("x"), { schema: SCHEMA });
        await contents.replaceRowsForImageId("pooled", "y", rows("y"), { schema: SCHEMA });
      },
      ids: ["x", "y"],
    },
  ];
  it.each(changes)("$what makes one file of the parts, in one commit", async ({ change, ids }) => {
    const { ops } = await dataset.transaction(async (contents) => {
      await change(contents);
    });
    expect(ops.map(({ op, path }) => `${op} ${path}`).sort()).toEqual([
      ...[0, 1, 2].map((n) => `delete ${partPath("pooled", n)}`),
      "put tables/pooled.parquet",
    ]);
    expect(await idsIn(await open(2))).toEqual(ids);
    const paths = ["tables/pooled.parquet", "tables/whole.parquet"];
    expect(await tablePaths()).toEqual({ log: paths, there: paths });
    expect((await dataset.check()).problems).toEqual([]);
  });

  it("a change of rows that changes nothing leaves the parts as they are, and commits nothing", async () => {
    const commit = await dataset.transaction((contents) =>
      contents.replaceRowsForImageId("pooled", "c", rows("c"), { schema: SCHEMA }),
    );
    expect(commit).toMatchObject({ committed: false, ops: [] });
    expect(await dataset.loadTableFiles("pooled")).toHaveLength(3);
  });

  it("deleting the table deletes every part, and says that there was one", async () => {
    expect(await dataset.deleteTable("pooled")).toBe(true);
    expect(await dataset.deleteTable("pooled")).toBe(false);
    const paths = ["tables/whole.parquet"];
    expect(await tablePaths()).toEqual({ log: paths, there: paths });
    await expect(dataset.loadTable("pooled")).rejects.toMatchObject({ code: "not_found" });
  });

  it("rows that two writers change at the same time are both in the file that takes the place of the parts", async () => {
    const other = await open(2);
    await dataset.transaction(async (contents) => {
      await contents.replaceRowsForImageId("pooled", "d", rows("d"), { schema: SCHEMA });
      await other.replaceRowsForImageId("pooled", "e", rows("e"), { schema: SCHEMA });
    });
    expect(await idsIn(await open(3))).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("a writer that saves the table as a file runs again after another one added a part to the folder", async () => {
    const other = await open(2);
    let runs = 0;
    await dataset.transaction(async (contents) => {
      runs++;
      await contents.saveTable("pooled", rows("mine"), { schema: SCHEMA });
      if (runs === 1) {
        await store.put(parseStoreKey(partPath("pooled", 7)), await part("late"));
        await other.adopt({ paths: [partPath("pooled", 7)] });
      }
    });
    expect(runs).toBe(2);
    const paths = ["tables/pooled.parquet", "tables/whole.parquet"];
    expect(await tablePaths()).toEqual({ log: paths, there: paths });
  });

  it("a reader never gets parts of two versions, whatever comes between its reads", async () => {
    const other = await open(2);
    const first = partPath("pooled", 0);
    const states = [
      async (): Promise<void> => other.saveTable("pooled", rows("x", "y"), { schema: SCHEMA }),
      async (): Promise<void> => {
        await other.deleteTable("pooled");
        await commitParts({ dataset: other, store }, "pooled", [await part("p"), await part("q")]);
      },
    ];
    let turn = 0;
    const between = interceptStore(store, async (call, run) => {
      const answer = await run();
      if (call.method === "get" && call.keys[0] === first && turn < 3) {
        await states[turn++ % 2]?.();
      }
      return answer;
    });
    const reader = await openDataset(between, { mode: "r", runtime: testRuntime({ clock, pid: 3 }) });
    expect(await idsIn(reader)).toEqual(["x", "y"]);
    expect(turn).toBe(1);
    turn = 1;
    await states[1]?.();
    expect([
      ["p", "q"],
      ["x", "y"],
    ]).toContainEqual(await idsIn(reader));
  });
});

describe("what cannot be a table of parts", () => {
  it("parts with different columns are refused, naming the part and the column", async () => {
    const other: TableSchema = {
      columns: [SCHEMA.columns[0] ?? { name: "", type: "utf8" }, { name: "v", type: "int64" }],
    };
    const strange = await partBytes([{ image_id: "z", v: 1 }], other);
    await commitParts({ dataset, store }, "pooled", [await part("a"), strange]);
    const refusal = {
      code: "schema_mismatch",
      message: `column 1 of ${partPath("pooled", 1)}: expected v (float64, mm/s), as in ${partPath("pooled", 0)}, found v (int64)`,
    };
    for (const read of [
      dataset.loadTable("pooled"),
      dataset.loadTableFiles("pooled"),
      dataset.replaceRowsForImageId("pooled", "b", rows("b"), { schema: SCHEMA }),
    ]) {
      await expect(read).rejects.toMatchObject(refusal);
    }
  });

  it("a part is not adopted beside the file of the same table, nor the file beside parts", async () => {
    await store.put(parseStoreKey(partPath("whole", 0)), await part("a"));
    expect(await dataset.adopt()).toMatchObject({
      adopted: [],
      refused: [{ path: partPath("whole", 0), reason: expect.stringContaining("is one file") }],
    });
    await commitParts({ dataset, store }, "pooled", [await part("a")]);
    await store.put(parseStoreKey("tables/pooled.parquet"), await part("b"));
    const { refused } = await dataset.adopt({ paths: ["tables/pooled.parquet"] });
    expect(refused).toEqual([
      { path: "tables/pooled.parquet", reason: expect.stringContaining("is a folder of parts") },
    ]);
    expect(await idsIn(dataset)).toEqual(["a"]);
  });

  it("a file and parts of one table are not adopted together, and either can be adopted by its name", async () => {
    await store.put(parseStoreKey(partPath("pooled", 0)), await part("a"));
    await store.put(parseStoreKey("tables/pooled.parquet"), await part("b"));
    await expect(dataset.adopt()).rejects.toMatchObject({
      code: "already_exists",
      message: expect.stringContaining("one file and a folder of parts"),
    });
    expect((await dataset.adopt({ paths: ["tables/pooled"] })).adopted).toHaveLength(1);
    expect(await idsIn(dataset)).toEqual(["a"]);
  });

  it.each([
    "tables/pooled/part-1.parquet",
    "tables/pooled/part-00000001.csv",
    "tables/pooled/deep/part-00000001.parquet",
    "tables/pooled/extra.parquet",
  ])("%s is not a part of a table", async (path) => {
    await store.put(parseStoreKey(path), await part("a"));
    expect((await dataset.adopt()).refused).toEqual([
      { path, reason: "no commit wrote this file, and its path has no meaning in a dataset" },
    ]);
    expect(await dataset.listTableNames()).toEqual(["whole"]);
  });

  it("a part with a row outside the range of image ids that it states is not adopted", async () => {
    const range = JSON.stringify({ first: "b", last: "c" });
    const bytes = await partBytes(rows("a", "b"), SCHEMA, { range });
    await commitParts({ dataset, store }, "pooled", [bytes]);
    const { refused } = await dataset.adopt();
    expect(refused).toEqual([
      {
        path: partPath("pooled", 0),
        reason: expect.stringContaining("row 0 is of a, outside the range that the part states: b to c"),
      },
    ]);
  });

  it.each(["{}", "[1]", "not JSON", '{"first": 1, "last": "c"}', '{"first": "z", "last": "a"}'])(
    "a part whose range says %s is read whole",
    async (range) => {
      const bytes = await partBytes(rows("a", "b"), SCHEMA, { range });
      await commitParts({ dataset, store }, "pooled", [bytes, await part("c")]);
      expect(await idsIn(dataset)).toEqual(["a", "b", "c"]);
    },
  );
});

it("the ledger of sources is read from parts, appended to and saved", async () => {
  const source = (id: string): SourceRow => ({
    source_primary_path: `/${id}.tif`,
    image_id: id,
    source_mtime_ns: 1n,
    source_size_bytes: 2n,
    ingested_epoch_ns: 3n,
    source_sha256: id,
    source_rel_path: null,
  });
  const bytes = async (id: string): Promise<Uint8Array> => partBytes([{ ...source(id) }], SOURCES_SCHEMA);
  await commitParts({ dataset, store }, "sources", [await bytes("a"), await bytes("b")]);
  expect(await dataset.loadSourcesIndex()).toEqual([source("a"), source("b")]);
  await dataset.appendSources([source("b"), source("c")]);
  expect(await dataset.loadSourcesIndex()).toEqual([source("a"), source("b"), source("c")]);
  expect(await dataset.loadTableFiles("sources")).toMatchObject([{ path: "tables/sources.parquet" }]);
  await dataset.deleteTable("sources");
  await commitParts({ dataset, store }, "sources", [await bytes("a")]);
  await dataset.saveSourcesIndex([{ ...source("d") }]);
  expect(await (await open(2)).loadSourcesIndex()).toEqual([source("d")]);
});

it("whatever the parts, changing rows gives what it gives on the same rows in one file", async () => {
  const id = fc.constantFrom("a", "b", "c", "d");
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(id, { maxLength: 3 }), { minLength: 1, maxLength: 4 }),
      fc.dictionary(id, fc.nat({ max: 2 }), { minKeys: 1, noNullPrototype: true }),
      async (parts, counts) => {
        const on = memoryStore();
        const own = await openDataset(on, { durability: "none", runtime: testRuntime() });
        await own.saveTable("file", rows(...parts.flat()), { schema: SCHEMA });
        await commitParts(
          { dataset: own, store: on },
          "pooled",
          await Promise.all(parts.map((ids) => part(...ids))),
        );
        const change = new Map(
          Object.entries(counts).map(
            ([name, count]) => [name, rows(...Array<string>(count).fill(name))] as const,
          ),
        );
        for (const name of ["file", "pooled"]) {
          await own.replaceRowsForImageIds(name, change, { schema: SCHEMA });
        }
        expect([...rowsOf(await own.loadTable("pooled"))]).toEqual([...rowsOf(await own.loadTable("file"))]);
      },
    ),
    { numRuns: 20 },
  );
});
