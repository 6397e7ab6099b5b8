import { jsonText, memoryStore, openDataset } from "@kym/zarr-store";
import { expect, test } from "vitest";
import {
  type ArtifactArrival,
  conflictNames,
  conflictsAfterMerge,
  loadOpenConflicts,
  type OpenConflict,
  saveOpenConflicts,
  THEIRS_IN_ATTACHMENT,
  THEIRS_IS_HERE,
  THEIRS_REMOVED,
  WHOLE_IMAGE_KEY,
  wordsOfField,
} from "../../src/merge/index.ts";

const METADATA = "analysis/metadata.json";
const NOTE = "experiment_metadata.note";
const CONDITION = "experiment_metadata.condition";
const A = "a".repeat(64);

const conflict = (...fields: readonly string[]): OpenConflict => ({
  key: METADATA,
  theirs: A,
  from: ["old.json"],
  attachments: ["attachments/old.json"],
  fields: fields.map((field) => ({ field, base: '""', theirs: '"old"' })),
});
const TABLE: OpenConflict = {
  key: "analysis/t.parquet",
  theirs: THEIRS_REMOVED,
  from: ["t.csv"],
  attachments: [],
  fields: undefined,
};
const said = (experiment: object): string => JSON.stringify({ experiment_metadata: experiment });

const arrival = (
  merged: object,
  theirs: object,
  ...fields: readonly string[]
): Extract<ArtifactArrival, { readonly outcome: "merged" }> => ({
  key: METADATA,
  outcome: "merged",
  merged: said(merged),
  theirs: said(theirs),
  conflicts: fields.map((field) => ({ field, base: '"old"', ours: '"mine"', theirs: '"new"' })),
  conflict: {
    key: METADATA,
    theirs: "b".repeat(64),
    from: ["new.json"],
    attachments: ["attachments/new.json"],
  },
});

test("open conflicts come back as they were stored, with every digit; without one there is no artifact", async () => {
  const dataset = await openDataset(memoryStore());
  const data = { dtype: "uint8", shape: [1, 1], data: Uint8Array.of(1) } as const;
  const record = await dataset.addImage(data, { id: "one" });
  expect(await loadOpenConflicts(record)).toEqual([]);
  const field = { field: "roi:2", base: undefined, theirs: '{"roi_id":2,"x":1.50,"ns":1771700000123456789}' };
  const open = [
    { ...conflict(NOTE), fields: [field, { field: NOTE, base: "null", theirs: undefined }] },
    TABLE,
  ];
  await saveOpenConflicts(record.json, open);
  expect(await loadOpenConflicts(record)).toEqual(open);
  await saveOpenConflicts(record.json, []);
  expect(await record.json.list()).toEqual([]);
});

test("a list that another program wrote is refused by name", async () => {
  const load = (text: string) => loadOpenConflicts({ loadJsonText: async () => jsonText(text) });
  await expect(load("{}")).rejects.toThrow("open_conflicts: conflicts is not a list");
  await expect(load('{"conflicts": [{"key": 1}]}')).rejects.toMatchObject({ code: "invalid_file" });
  await expect(load('{"conflicts": [{"key": "a", "theirs": "b", "from": [1]}]}')).rejects.toThrow(
    /from\[0\] is not text/,
  );
});

test("what came again renews its field; another field stays open while both sides differ", () => {
  const before = [conflict(NOTE, CONDITION), TABLE];
  const mine = { note: "mine", condition: "mine" };
  const [table, metadata] = conflictsAfterMerge(before, [
    arrival(mine, { note: "new", condition: "old" }, NOTE),
  ]);
  expect(table).toBe(TABLE);
  expect(metadata).toMatchObject({
    theirs: "b".repeat(64),
    from: ["old.json", "new.json"],
    attachments: ["attachments/old.json", "attachments/new.json"],
    fields: [
      { field: CONDITION, base: '""', theirs: '"old"' },
      { field: NOTE, base: '"old"', theirs: '"new"' },
    ],
  });
});

test("a field in which both sides agree at last closes, and with the last one the conflict", () => {
  const mine = { note: "mine", condition: "mine" };
  const half = conflictsAfterMerge([conflict(NOTE, CONDITION)], [arrival(mine, { ...mine, note: "old" })]);
  expect(half).toMatchObject([{ fields: [{ field: NOTE }] }]);
  expect(conflictsAfterMerge([conflict(NOTE, CONDITION)], [arrival(mine, mine)])).toEqual([]);
});

test("an artifact that was taken has no conflict, and one that was refused has the newest", () => {
  const taken: ArtifactArrival = { key: TABLE.key, outcome: "taken" };
  expect(conflictsAfterMerge([TABLE, conflict(NOTE)], [taken])).toEqual([conflict(NOTE)]);
  const newest = { ...TABLE, theirs: A };
  const refused: ArtifactArrival = { key: TABLE.key, outcome: "refused", conflict: newest };
  expect(conflictsAfterMerge([TABLE], [refused])).toEqual([newest]);
});

test("fields are named as people say them", () => {
  const names = [CONDITION, "roi:12", "accepted", 'experiment_metadata["Tail length"]'];
  expect(names.map(wordsOfField)).toEqual([
    "condition",
    "ROI 12",
    "accepted",
    'experiment_metadata["Tail length"]',
  ]);
});

test("a conflict about a whole image, and the objects of an array in attachments, come back as they were stored", async () => {
  const dataset = await openDataset(memoryStore());
  const data = { dtype: "uint8", shape: [1, 1], data: Uint8Array.of(1) } as const;
  const record = await dataset.addImage(data, { id: "one" });
  const whole: OpenConflict = {
    ...{ key: WHOLE_IMAGE_KEY, theirs: THEIRS_IS_HERE, from: ["bela.zarr"], attachments: [] },
    ...{ fields: undefined, isFromCopy: true },
  };
  const array: OpenConflict = {
    ...{ ...whole, key: "analysis_arrays/masks/1", theirs: THEIRS_IN_ATTACHMENT },
    attachments: ["attachments/x"],
    objects: new Map([["analysis_arrays/masks/1/data/c/0", "attachments/x"]]),
  };
  await saveOpenConflicts(record.json, [whole, array]);
  expect(await loadOpenConflicts(record)).toEqual([whole, array]);
  expect([whole, array, conflict(NOTE)].flatMap(conflictNames)).toEqual(["whole image", array.key, NOTE]);
});

test("what came of another copy stays beside what came of a file, and of one name the newest counts", () => {
  const pulled = { ...conflict(NOTE, CONDITION), from: ["bela.zarr"], isFromCopy: true };
  const after = conflictsAfterMerge([pulled], [arrival({ note: "mine" }, { note: "new" }, NOTE)]);
  expect(after.map(({ from, fields }) => [from, fields?.map(({ field }) => field)])).toEqual([
    [["new.json"], [NOTE]],
    [["bela.zarr"], [CONDITION]],
  ]);
  expect(conflictsAfterMerge([pulled], [{ key: METADATA, outcome: "taken" }])).toEqual([pulled]);
  const table = { ...TABLE, isFromCopy: true, attachments: ["attachments/pulled"] };
  const refused: OpenConflict = { ...TABLE, attachments: ["attachments/t.csv"] };
  expect(conflictsAfterMerge([table], [{ key: TABLE.key, outcome: "refused", conflict: refused }])).toEqual([
    { ...refused, attachments: ["attachments/t.csv", "attachments/pulled"] },
  ]);
});
