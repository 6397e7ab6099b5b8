import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, rowsOf, type ZarrDataset } from "@kym/zarr-store";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parsePathFields } from "../../../src/folder/paths/path-fields.ts";
import { exportLegacyFolder, ingestLegacyFolder, refreshFromFolder } from "../../../src/node/index.ts";
import { loadPathFields, savePathFields } from "../../../src/node/scan/path-fields-table.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

const PATH_FIELDS = parsePathFields("{treatment}/{date}/*", { treatment: { "28d AngII": "AngII" } });
let lab = "";
let dataset: ZarrDataset;

beforeEach(async () => {
  lab = await makeLabFolder({ "28d AngII/20250722/a.tif": tinyTiff(1) });
  dataset = await openDataset(memoryStore());
});

afterEach(() => rm(lab, { recursive: true, force: true }));

const treatmentOf = async (id: string, of = dataset): Promise<unknown> =>
  (await of.record(id).loadJson("metadata")) as unknown;

describe("the pattern of folder names that a dataset remembers", () => {
  it("is committed with the first images, and read by later runs that give none", async () => {
    await ingestLegacyFolder(dataset, lab, { pathFields: PATH_FIELDS });
    expect(dataset.version).toBe(1);
    expect(await loadPathFields(dataset)).toEqual(PATH_FIELDS);
    expect([...rowsOf(await dataset.loadTable("path_fields"))].map((row) => ({ ...row }))).toEqual([
      { pattern: "{treatment}/{date}/*", field: null, name: null, value: null },
      { pattern: "{treatment}/{date}/*", field: "treatment", name: "28d AngII", value: "AngII" },
    ]);
    await writeFile(join(lab, "28d AngII/20250722/b.tif"), tinyTiff(2));
    const { newImageIds, pathFields } = await refreshFromFolder(dataset, lab);
    expect(pathFields).toEqual({ pattern: "{treatment}/{date}/*", matched: 2, unmatched: [] });
    expect(await treatmentOf(newImageIds[0] ?? "")).toMatchObject({
      experiment_metadata: { treatment: "AngII", date: "20250722" },
    });
  });

  it("is forgotten by null: new images get nothing, and what it gave stays", async () => {
    const { newImageIds: first } = await ingestLegacyFolder(dataset, lab, { pathFields: PATH_FIELDS });
    const { unchanged, pathFields } = await refreshFromFolder(dataset, lab, { pathFields: null });
    expect([unchanged.length, pathFields, await dataset.listTableNames()]).toEqual([
      1,
      undefined,
      ["sources"],
    ]);
    await writeFile(join(lab, "28d AngII/20250722/b.tif"), tinyTiff(2));
    // A sidecar that comes later keeps what the folders said.
    await writeFile(join(lab, "28d AngII/20250722/a.json"), '{"experiment_metadata": {"note": "n"}}');
    const { newImageIds, updated } = await refreshFromFolder(dataset, lab);
    expect(updated.length).toBe(1);
    expect(await treatmentOf(newImageIds[0] ?? "")).toMatchObject({ experiment_metadata: {} });
    expect(await treatmentOf(first[0] ?? "")).toMatchObject({
      experiment_metadata: { note: "n", treatment: "AngII", date: "20250722" },
    });
  });

  it("is not written by a dry run, nor again by a run that gives the same", async () => {
    await ingestLegacyFolder(dataset, lab, { pathFields: PATH_FIELDS, dryRun: true });
    expect(dataset.version).toBe(0);
    await ingestLegacyFolder(dataset, lab, { pathFields: PATH_FIELDS });
    await ingestLegacyFolder(dataset, lab, { pathFields: PATH_FIELDS });
    expect(dataset.version).toBe(1);
  });

  it("comes out with an export and in again, with the fields and what is known of them", async () => {
    await ingestLegacyFolder(dataset, lab, { pathFields: PATH_FIELDS });
    const out = join(lab, "..", `${lab.split(/[\\/]/).at(-1)}-out`);
    await exportLegacyFolder(dataset, out);
    const copy = await openDataset(memoryStore());
    await ingestLegacyFolder(copy, out);
    expect(await loadPathFields(copy)).toEqual(PATH_FIELDS);
    expect(await copy.imageObjectHashes()).toEqual(await dataset.imageObjectHashes());
    expect((await refreshFromFolder(copy, lab)).unchanged.length).toBe(1);
    await expect(ingestLegacyFolder(copy, out, { pathFields: PATH_FIELDS })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    await rm(out, { recursive: true });
  });

  it("any pattern and map come back", async () => {
    const name = fc.string({ minLength: 1, maxLength: 6, unit: "grapheme" });
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, name), fc.dictionary(name, name), async (treatment, date) => {
        const given = parsePathFields("{treatment}/{date}", {
          ...(Object.keys(treatment).length > 0 && { treatment: { ...treatment } }),
          ...(Object.keys(date).length > 0 && { date: { ...date } }),
        });
        const other = await openDataset(memoryStore());
        await savePathFields(other, given);
        expect(await loadPathFields(other)).toEqual(given);
      }),
      { numRuns: 25 },
    );
  });

  it.each([
    ["another table", [{ image_id: "x" }], { columns: [{ name: "image_id", type: "utf8" }] }],
    ["a pattern that is none", [{ pattern: "{" }], { columns: [{ name: "pattern", type: "utf8" }] }],
  ] as const)(
    "%s in its place is an error that says what to do, until a pattern is given",
    async (_, rows, schema) => {
      await dataset.saveTable("path_fields", rows, { schema });
      await expect(ingestLegacyFolder(dataset, lab)).rejects.toMatchObject({
        code: "invalid_file",
        message: expect.stringContaining('give the pattern again, or "" to forget it'),
      });
      await ingestLegacyFolder(dataset, lab, { pathFields: PATH_FIELDS });
      expect(await loadPathFields(dataset)).toEqual(PATH_FIELDS);
    },
  );
});
