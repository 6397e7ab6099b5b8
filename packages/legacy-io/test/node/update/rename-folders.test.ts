import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { editMetadata, parseMetadata, summarizeMetadata } from "@kym/kym-schema";
import { jsonText, memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PathFieldsMap, parsePathFields } from "../../../src/folder/paths/path-fields.ts";
import { ingestLegacyFolder, refreshFromFolder } from "../../../src/node/index.ts";
import type { IngestFolderOptions } from "../../../src/node/ingest/ingest-options.ts";
import type { IngestReport } from "../../../src/plan/ingest-report.ts";
import { makeLabFolder, tinyTiff } from "../lab-folder.ts";

const SCAN = "28d AngII/20250722/a.tif";
const PATTERN = "{treatment}/{date}/*";
const NOTE = (text: string): string =>
  JSON.stringify({ version: "2.0", experiment_metadata: { note: text } });
let lab = "";
let dataset: ZarrDataset;

beforeEach(async () => {
  lab = await makeLabFolder({ [SCAN]: tinyTiff(1), "Saline/20250723/b.tif": tinyTiff(2) });
  dataset = await openDataset(memoryStore(), { summarize: summarizeMetadata });
});

afterEach(() => rm(lab, { recursive: true, force: true }));

/** Refreshes with a pattern, or with the one that the dataset remembers. */
async function refresh(
  pattern?: string,
  map: PathFieldsMap = {},
  options: IngestFolderOptions = {},
): Promise<IngestReport> {
  const pathFields = pattern === undefined ? undefined : parsePathFields(pattern, map);
  return refreshFromFolder(dataset, lab, { ...options, pathFields });
}

async function idOf(name: string): Promise<string> {
  const rows = await dataset.loadSourcesIndex();
  return rows.findLast((row) => row.source_rel_path?.endsWith(name))?.image_id ?? "";
}

async function textOf(name = "a.tif"): Promise<string> {
  return (await dataset.record(await idOf(name)).loadJsonText("metadata")).text;
}

async function fieldsOf(name = "a.tif"): Promise<object> {
  const { experiment } = parseMetadata(await textOf(name));
  const { extra: _, ...fields } = experiment;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

async function edit(change: Parameters<typeof editMetadata>[1], name = "a.tif"): Promise<void> {
  const record = dataset.record(await idOf(name));
  await record.saveJson("metadata", jsonText(editMetadata(await textOf(name), change)));
}

async function put(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(join(lab, path)), { recursive: true });
  await writeFile(join(lab, path), content);
}

describe("fields from the names of folders", () => {
  it("are in the metadata of new images and in the list of images, and a second run changes nothing", async () => {
    const pathFields = parsePathFields(PATTERN, { treatment: { "28d AngII": "AngII" } });
    await ingestLegacyFolder(dataset, lab, { pathFields });
    expect(await fieldsOf()).toEqual({ treatment: "AngII", date: "20250722" });
    expect(await fieldsOf("b.tif")).toEqual({ treatment: "Saline", date: "20250723" });
    const { images } = await dataset.rebuildManifest();
    expect(images.map(({ summary }) => summary["treatment"]).sort()).toEqual(["AngII", "Saline"]);
    const { version } = dataset;
    const again = await ingestLegacyFolder(dataset, lab, { pathFields });
    expect([again.unchanged.length, dataset.version]).toEqual([2, version]);
  });

  it("give way to a sidecar's value, fill what it leaves empty, and follow it when it changes", async () => {
    const sidecar = (experiment: object): string => JSON.stringify({ experiment_metadata: experiment });
    await put("28d AngII/20250722/a.json", sidecar({ treatment: "Sham", date: "", note: "n" }));
    await put("Saline/20250723/b.metadata.json", sidecar({ date: "yesterday", treatment: null }));
    await refresh(PATTERN);
    expect(await fieldsOf()).toEqual({ treatment: "Sham", date: "20250722", note: "n" });
    expect(await fieldsOf("b.tif")).toEqual({ treatment: "Saline", date: "yesterday" });
    await put("28d AngII/20250722/a.json", sidecar({ note: "later", date: "today" }));
    expect((await refresh()).conflicts).toEqual([]);
    expect(await fieldsOf()).toEqual({ treatment: "28d AngII", date: "today", note: "later" });
  });

  it("come to images that are in the dataset already, and the report says what they say", async () => {
    await refresh();
    expect(await fieldsOf()).toEqual({});
    const plan = await refresh(PATTERN, {}, { dryRun: true });
    expect([plan.updated.length, await fieldsOf()]).toEqual([2, {}]);
    const { updated } = await refresh(PATTERN);
    expect(updated).toEqual(plan.updated);
    expect(updated[0]?.reason).toBe('its folders say treatment "28d AngII", date "20250722"');
    expect(await fieldsOf()).toEqual({ treatment: "28d AngII", date: "20250722" });
    expect((await refresh()).unchanged.length).toBe(2);
  });

  it("follow another pattern or map: what it no longer gives goes, also where it does not match", async () => {
    await put("c.tif", tinyTiff(3));
    await put("odd/c.tif", tinyTiff(4));
    await refresh("{treatment}/*");
    const { updated, pathFields } = await refresh("{condition}/{date}/*", {
      condition: { "28d AngII": "A" },
    });
    expect(pathFields).toEqual({
      pattern: "{condition}/{date}/*",
      matched: 2,
      unmatched: ["c.tif", "odd/c.tif"],
    });
    expect(await fieldsOf()).toEqual({ condition: "A", date: "20250722" });
    expect(await fieldsOf("odd/c.tif")).toEqual({});
    expect(updated.map(({ path }) => path)).toEqual([SCAN, "Saline/20250723/b.tif", "odd/c.tif"]);
    expect((await refresh()).unchanged.length).toBe(4);
  });

  it("follow a folder that gets another name, and stay where its path no longer matches", async () => {
    await refresh(PATTERN);
    await rename(join(lab, "28d AngII"), join(lab, "14d AngII"));
    await rename(join(lab, "Saline/20250723/b.tif"), join(lab, "b.tif"));
    const { updated, pathFields } = await refresh();
    expect(updated.map(({ reason }) => reason)).toEqual([
      `moved from ${SCAN}; its folders say treatment "14d AngII", date "20250722"`,
      "moved from Saline/20250723/b.tif",
    ]);
    // The path that the dataset knew matches as well, so that a refresh of a subfolder loses nothing.
    expect(pathFields?.matched).toBe(2);
    expect(await fieldsOf()).toEqual({ treatment: "14d AngII", date: "20250722" });
    expect(await fieldsOf("b.tif")).toEqual({ treatment: "Saline", date: "20250723" });
    expect((await refresh()).pathFields?.unmatched).toEqual(["b.tif"]);
    expect(await fieldsOf("b.tif")).toEqual({ treatment: "Saline", date: "20250723" });
  });

  it("stay when a refresh looks into a subfolder only", async () => {
    await refresh(PATTERN);
    const { unchanged } = await refreshFromFolder(dataset, join(lab, "28d AngII"));
    expect([unchanged.length, await fieldsOf()]).toEqual([1, { treatment: "28d AngII", date: "20250722" }]);
  });
});

it("after any patterns and sidecars, a dataset that nobody edited is what an ingest with the last of them makes", async () => {
  const patterns = [
    "{treatment}/*",
    "{date}/{treatment}/*",
    PATTERN,
    "{condition}d AngII/*",
    "*/{animal}/*/*",
  ];
  const maps: readonly PathFieldsMap[] = [{}, { treatment: { "28d AngII": "AngII", Saline: "" } }];
  const step = fc.record({
    pattern: fc.constantFrom(...patterns),
    isMapped: fc.boolean(),
    sidecar: fc.constantFrom({}, { note: "n" }, { treatment: "Sham" }, { treatment: "Saline", date: "" }),
    isWithSidecars: fc.boolean(),
  });
  await put("c.tif", tinyTiff(3));
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      dataset = await openDataset(memoryStore());
      await rm(join(lab, "28d AngII/20250722/a.json"), { force: true });
      let options: IngestFolderOptions = {};
      for (const { pattern, isMapped, sidecar, isWithSidecars } of steps) {
        const map = pattern.includes("{treatment}") && isMapped ? maps[1] : maps[0];
        options = { pathFields: parsePathFields(pattern, map) };
        await put("28d AngII/20250722/a.json", JSON.stringify({ experiment_metadata: sidecar }));
        await refreshFromFolder(dataset, lab, { ...options, includeSidecars: isWithSidecars });
      }
      const { conflicts } = await refreshFromFolder(dataset, lab);
      expect(conflicts).toEqual([]);
      const found = [await fieldsOf("a.tif"), await fieldsOf("b.tif"), await fieldsOf("c.tif")];
      const other = dataset;
      dataset = await openDataset(memoryStore());
      await ingestLegacyFolder(dataset, lab, options);
      expect(found).toEqual([await fieldsOf("a.tif"), await fieldsOf("b.tif"), await fieldsOf("c.tif")]);
      dataset = other;
    }),
    { numRuns: 20 },
  );
});

describe("an edit in the dataset", () => {
  it("of a field that folder names give survives a refresh, another map and a renamed folder", async () => {
    await refresh(PATTERN);
    await edit({ experiment: { treatment: "Sham" } });
    expect((await refresh()).unchanged.length).toBe(2);
    const { conflicts, updated } = await refresh(PATTERN, { treatment: { "28d AngII": "AngII" } });
    expect([conflicts.length, updated.length]).toEqual([1, 0]);
    expect(conflicts[0]?.reason).toContain("treatment was edited in the dataset since: the edit stays");
    expect((await refresh()).conflicts).toEqual([]);
    await rename(join(lab, "28d AngII"), join(lab, "x"));
    await refresh();
    expect(await fieldsOf()).toEqual({ treatment: "Sham", date: "20250722" });
  });

  it("that empties a field stays", async () => {
    await refresh(PATTERN);
    await edit({ experiment: { date: "" } });
    await refresh(PATTERN, { date: { 20250722: "2025-07-22" } });
    expect(await fieldsOf()).toEqual({ treatment: "28d AngII" });
  });

  it("that was made before there was a pattern stays, and other fields are filled", async () => {
    await refresh();
    await edit({ experiment: { treatment: "Sham" } });
    const { conflicts } = await refresh(PATTERN);
    expect(conflicts.map(({ path }) => path)).toEqual([SCAN]);
    expect(await fieldsOf()).toEqual({ treatment: "Sham", date: "20250722" });
  });

  it("of a note and of `accepted` does not keep the fields from following the folders", async () => {
    await refresh("{treatment}/*");
    await edit({ experiment: { note: "mine" }, accepted: false });
    const { conflicts, updated } = await refresh(PATTERN, { treatment: { "28d AngII": "AngII" } });
    expect([conflicts, updated.length]).toEqual([[], 2]);
    expect(await fieldsOf()).toEqual({ treatment: "AngII", date: "20250722", note: "mine" });
    expect(parseMetadata(await textOf()).accepted).toBe(false);
    // It is still an edit to a sidecar that comes later.
    await put("28d AngII/20250722/a.metadata.json", NOTE("theirs"));
    expect((await refresh()).conflicts.length).toBe(1);
    expect(await fieldsOf()).toEqual({ treatment: "AngII", date: "20250722", note: "mine" });
  });

  it("goes along when a changed TIFF takes the place of its record", async () => {
    await refresh(PATTERN);
    await edit({ experiment: { treatment: "Sham" } });
    await put(SCAN, tinyTiff(9));
    const again = { mode: "reingest_if_changed", onChange: "supersede" } as const;
    expect((await refreshFromFolder(dataset, lab, again)).ingested.length).toBe(1);
    expect(await fieldsOf()).toEqual({ treatment: "Sham", date: "20250722" });
  });
});

describe("metadata that nobody edited", () => {
  it("are still followed after folder names changed them without their sidecar", async () => {
    const sidecar = "28d AngII/20250722/a.metadata.json";
    await put(sidecar, NOTE("one"));
    await refresh();
    await rm(join(lab, sidecar));
    await refresh(PATTERN);
    expect(await fieldsOf()).toEqual({ treatment: "28d AngII", date: "20250722", note: "one" });
    await put(sidecar, NOTE("two"));
    expect((await refresh()).conflicts).toEqual([]);
    expect(await fieldsOf()).toEqual({ treatment: "28d AngII", date: "20250722", note: "two" });
  });

  it("get fields without their sidecars being read, and follow these afterwards", async () => {
    const sidecar = "28d AngII/20250722/a.metadata.json";
    await put(sidecar, NOTE("one"));
    await refresh();
    await refresh(PATTERN, {}, { includeSidecars: false });
    expect(await fieldsOf()).toEqual({ treatment: "28d AngII", date: "20250722", note: "one" });
    await put(sidecar, NOTE("two"));
    expect((await refresh()).conflicts).toEqual([]);
    expect(await fieldsOf()).toEqual({ treatment: "28d AngII", date: "20250722", note: "two" });
  });
});
