import { createHash } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KymDataset, migrate, velocityEventIndexer } from "@kym/kym-dataset";
import { summarizeMetadata } from "@kym/kym-schema";
import { memoryStore, openDataset, parseStoreKey, rowsOf } from "@kym/zarr-store";
import { checkLocalDataset, openLocalDataset } from "@kym/zarr-store/node";
import { describe, expect, it, onTestFinished } from "vitest";
import { type DatasetFacts, factsOf } from "../support/dataset-facts.ts";
import {
  type GoldenDataset,
  goldenFolder,
  storedGoldenDatasets,
  truthPath,
} from "../support/golden-dataset.ts";
import { LINE_SCAN, MASK, PARAMS, STACK, TIMES_NS } from "./golden-study.ts";

/** Everything that git keeps of a folder: the paths and bytes of its files. */
async function treeHash(folder: string): Promise<string> {
  const hash = createHash("sha256");
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  for (const path of files.sort()) {
    hash.update(`${path.slice(folder.length)}\0`).update(await readFile(path));
  }
  return hash.digest("hex");
}

async function truthOf(name: GoldenDataset): Promise<DatasetFacts> {
  return JSON.parse(await readFile(truthPath(name), "utf8"));
}

/** A copy, so that a fault cannot change what is in the repository. */
async function copyOf(name: GoldenDataset): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kym-golden-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await cp(goldenFolder(name), join(folder, "study.zarr"), { recursive: true });
  return join(folder, "study.zarr");
}

const STORED = storedGoldenDatasets();
/** Those with a commit log. */
const OF_OURS = STORED.filter((name) => name !== "version-1");

const open = (folder: string, mode: "r" | "a") =>
  openLocalDataset(folder, { mode, summarize: summarizeMetadata });

describe.each(STORED)("the golden dataset %s", (name) => {
  it("holds the pixels, artifacts, attachments, tables and commits that its writer says, and reading changes nothing", async () => {
    const folder = await copyOf(name);
    const before = await treeHash(folder);
    const dataset = await open(folder, "r");
    expect(await factsOf(dataset, rowsOf)).toEqual(await truthOf(name));
    await dataset.close();
    expect(await treeHash(folder)).toBe(before);
    expect(before, "the copy in the repository").toBe(await treeHash(goldenFolder(name)));
  });
});

describe("the truth of a golden dataset", () => {
  it.each(OF_OURS)("is the values that the study gives, for %s", async (name) => {
    const { images, tables, log } = await truthOf(name);
    expect(Object.keys(images)).toEqual(["line-scan", "stack"]);
    const { "line-scan": scan, stack } = images;
    expect(scan?.pixels).toEqual({ dtype: "uint16", shape: [6, 4], values: [...LINE_SCAN] });
    expect(stack?.pixels).toEqual({ dtype: "float32", shape: [2, 3, 4, 5], values: [...STACK] });
    expect(scan?.arrays).toEqual({
      "masks/1": { dtype: "bool", shape: [6, 4], values: [...MASK] },
      times: { dtype: "int64", shape: [3], values: [...TIMES_NS].map(String) },
    });
    expect(JSON.parse(scan?.json["velocity_events/params"] ?? "")).toEqual(PARAMS);
    // Both of the last commit, whose writer died before it moved its files; it deleted the trace.
    expect(JSON.parse(stack?.json["qc"] ?? "")).toEqual({ passed: true });
    expect(scan?.csv).toEqual({});
    expect(Object.keys(tables)).toEqual([
      "conditions",
      "kym_velocity_events",
      "kym_velocity_events_runs",
      "sources",
    ]);
    expect(log).toContain("delete image deleted");
  });
});

describe("a golden dataset", () => {
  it("is there for every version of the format, up to the one that is written today", async () => {
    const store = memoryStore();
    await using dataset = await openDataset(store);
    await dataset.addImage({ dtype: "uint8", shape: [1, 2], data: new Uint8Array(2) });
    const root = JSON.parse(new TextDecoder().decode(await store.get(parseStoreKey("zarr.json"))));
    const written: number = root.attributes.format_version;
    const versions = Array.from({ length: written }, (_, index) => `version-${index + 1}`);
    expect(STORED).toEqual(expect.arrayContaining(versions));
    for (const name of OF_OURS) {
      const stored = JSON.parse(await readFile(join(goldenFolder(name), "zarr.json"), "utf8"));
      expect(name).toMatch(new RegExp(`^version-${stored.attributes.format_version}\\b`));
    }
  });

  it.each(OF_OURS)("is finished by the next write, and holds the same afterwards: %s", async (name) => {
    const folder = await copyOf(name);
    const truth = await truthOf(name);
    await using dataset = await open(folder, "a");
    await dataset.record("stack").saveJson("seen", {});
    const { images, tables } = await factsOf(dataset, rowsOf);
    const { seen, ...json } = images["stack"]?.json ?? {};
    expect(seen).toBe("{}");
    expect({ ...images, stack: { ...images["stack"], json } }).toEqual(truth.images);
    expect(tables).toEqual(truth.tables);
    expect((await checkLocalDataset(folder)).problems).toEqual([]);
    const published = await readFile(join(folder, "images/stack/analysis/qc.json"), "utf8");
    expect(published).toBe(truth.images["stack"]?.json["qc"]);
  });

  it.each(OF_OURS)("is indexed once more at most, and then has nothing to do: %s", async (name) => {
    await using dataset = await open(await copyOf(name), "a");
    const first = await new KymDataset(dataset).updateIndex(velocityEventIndexer, { mode: "incremental" });
    expect(first).toMatchObject({ notAnalysed: 1, failed: 0, purged: 0 });
    expect(first.updated + first.skipped).toBe(1);
    const again = await new KymDataset(dataset).updateIndex(velocityEventIndexer, { mode: "incremental" });
    expect(again).toMatchObject({ updated: 0, skipped: 1, notAnalysed: 1, committed: false });
  });

  it.each(OF_OURS)(
    "has no problem, hashes of all bytes included, and a check changes nothing: %s",
    async (name) => {
      const folder = await copyOf(name);
      const before = await treeHash(folder);
      expect((await checkLocalDataset(folder, { level: "data" })).problems).toEqual([]);
      expect(await treeHash(folder)).toBe(before);
    },
  );

  it("of version 1 is valid as a whole, and each image of it", async () => {
    const dataset = await open(goldenFolder("version-1"), "r");
    await expect(dataset.validate()).resolves.toBeUndefined();
    for (const id of ["line-scan", "stack", "big-endian"]) {
      await expect(dataset.validateImage(id)).resolves.toBeUndefined();
    }
  });

  it("of version 1 is copied by migrate with all that it holds", async () => {
    const source = await open(goldenFolder("version-1"), "r");
    const target = await openDataset(memoryStore(), { summarize: summarizeMetadata });
    expect(await migrate(source, target)).toMatchObject({ found: 3, failed: [], conflicts: [] });
    const { images, tables } = await factsOf(target, rowsOf);
    const truth = await truthOf("version-1");
    expect(images).toEqual(truth.images);
    expect(Object.keys(tables)).toEqual(Object.keys(truth.tables));
  });
});
