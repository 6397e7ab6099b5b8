import { POOLED_TABLES } from "@kym/kym-schema/tables";
import { type Row, rowsOf, type ZarrImageRecord } from "@kym/zarr-store";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  BaseIndexer,
  defineIndexer,
  KymDataset,
  paramsHash,
  radonIndexer,
  velocityEventIndexer,
} from "../../src/index.ts";
import { indexTableName } from "../../src/table/table-name.ts";
import { addImage, emptyDataset } from "../support/image-fixture.ts";

test("ticket 16: a table is kym_ and the indexer's name, trimmed and in lower case", () => {
  expect(indexTableName("velocity_events")).toBe("kym_velocity_events");
  expect(indexTableName(" Events ")).toBe("kym_events");
  expect([velocityEventIndexer, radonIndexer].map(({ name, tableName }) => [name, tableName])).toEqual([
    ["velocity_events", "kym_velocity_events"],
    ["radon", "kym_radon"],
  ]);
  expect(POOLED_TABLES).toEqual({
    radon: radonIndexer.tableName,
    velocityEvents: velocityEventIndexer.tableName,
  });
});

test.each([
  ["", "is empty"],
  ["  ", "is empty"],
  ["kym_events", "reserved prefix kym_"],
  ["KYM_events", "reserved prefix kym_"],
  ["tables/x", "reserved prefix tables/"],
  ["index/x", "reserved prefix index/"],
  ["velocity-events", "must match [a-z0-9_]+"],
  ["a/b", "must match [a-z0-9_]+"],
  ["é", "must match [a-z0-9_]+"],
  ["x_runs", "is reserved for a ledger"],
  ["x".repeat(125), "is not a valid table name"],
])("ticket 16: an indexer is not named %j", (name, fault) => {
  expect(() => indexTableName(name)).toThrow(expect.objectContaining({ code: "invalid_name" }));
  expect(() => indexTableName(name)).toThrow(fault);
});

test("ticket 16: a name makes a table or is refused, and two names of one table are one name", () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      if (/^[a-z0-9_]{1,100}$/.test(name) && !/^kym_|_runs$/.test(name)) {
        expect(indexTableName(name)).toBe(`kym_${name}`);
      } else if (!/^[a-z0-9_]*$/i.test(name.trim())) {
        expect(() => indexTableName(name)).toThrow(expect.objectContaining({ code: "invalid_name" }));
      }
    }),
  );
});

const DEFINITION = {
  name: "Snr",
  schemaVersion: "1",
  schema: { columns: [{ name: "snr", type: "float64" }] },
  analysisVersion: "lab.snr@1",
  inputs: [{ format: "json", name: "snr/result" }],
  context: async () => null,
  extract: async () => [{ snr: 1 }],
} as const;

test("an indexer has defaults, and a table of another name if it says so", async () => {
  const indexer = defineIndexer(DEFINITION);
  expect(indexer).toMatchObject({ name: "snr", tableName: "kym_snr", usesPixels: false, sources: [] });
  const dataset = await emptyDataset();
  expect(await indexer.params(dataset.record("a"), {})).toEqual({});
  expect(defineIndexer({ ...DEFINITION, tableName: "snr_report" }).tableName).toBe("snr_report");
});

test("an indexer that cannot work is refused when it is made", () => {
  const stamped = { columns: [{ name: "params_hash", type: "utf8" }] } as const;
  expect(() => defineIndexer({ ...DEFINITION, schema: stamped })).toThrow(
    "the dataset adds the column params_hash itself",
  );
  expect(() => defineIndexer({ ...DEFINITION, analysisVersion: "" })).toThrow("analysisVersion is empty");
  for (const tableName of ["sources", "x_runs", "../x", ""]) {
    expect(() => defineIndexer({ ...DEFINITION, tableName })).toThrow(
      expect.objectContaining({ code: "invalid_name" }),
    );
  }
});

class SnrIndexer extends BaseIndexer {
  readonly name = "snr";
  readonly schema = { columns: [{ name: "snr", type: "float64" }] } as const;
  readonly analysisVersion = "lab.snr@1";
  readonly inputs = [{ format: "json", name: "snr/result" }] as const;

  override async params(record: ZarrImageRecord): Promise<unknown> {
    return (await record.objectHashes()).has("analysis/snr/params.json") ? record.loadJson("snr/params") : {};
  }

  async extract(record: ZarrImageRecord): Promise<readonly Row[]> {
    return [{ snr: Number(await record.loadJson("snr/result")) }];
  }
}

test("ticket 14: an indexer can be a class, with the methods of the seeds", async () => {
  const dataset = await emptyDataset();
  const record = await addImage(dataset, "a");
  const indexer = new SnrIndexer();
  expect(indexer.requiredColumns()).toEqual(["snr"]);
  expect(await indexer.extractRows(record)).toEqual([]);
  await record.saveJson("snr/result", 2.5);
  expect(await indexer.extractRows(record)).toEqual([{ snr: 2.5 }]);
  expect(await indexer.paramsHash(record)).toBe(paramsHash({}));

  const kym = new KymDataset(dataset);
  await kym.updateIndex(indexer);
  await record.saveJson("snr/params", { window: 3 });
  const withSources = Object.assign(new SnrIndexer(), { sources: [{ format: "json", name: "snr/params" }] });
  expect(await kym.updateIndex(withSources, { mode: "incremental" })).toMatchObject({ updated: 1 });
  expect([...rowsOf(await dataset.loadTable("kym_snr"))]).toEqual([
    { snr: 2.5, image_id: "a", analysis_version: "lab.snr@1", params_hash: paramsHash({ window: 3 }) },
  ]);
});

test("an indexer that needs pixels alone sees every image", async () => {
  const dataset = await emptyDataset();
  await addImage(dataset, "a");
  const indexer = defineIndexer({ ...DEFINITION, inputs: [], usesPixels: true });
  expect(await new KymDataset(dataset).updateIndex(indexer)).toMatchObject({ updated: 1, notAnalysed: 0 });
});

test("an indexer whose code throws, or returns what is no table, fails its images and ends well", async () => {
  const dataset = await emptyDataset();
  await (await addImage(dataset, "a")).saveJson("snr/result", 1);
  const kym = new KymDataset(dataset);
  const messageOf = async (extract: () => Promise<readonly Row[]>): Promise<unknown> => {
    const { reasons } = await kym.updateIndex(defineIndexer({ ...DEFINITION, extract }));
    return reasons[0]?.outcome === "failed" ? reasons[0].message : reasons;
  };
  expect(await messageOf(() => Promise.reject(new Error("no such window")))).toBe("no such window");
  expect(await messageOf(async () => [{ snr: "high" }])).toBe('column snr: expected float64, found "high"');
  expect(await messageOf(async () => JSON.parse("null"))).toMatch(/null/);
});
