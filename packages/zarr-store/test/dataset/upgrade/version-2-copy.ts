// A copy of the golden dataset of version 2, and what it and its log hold.
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type DatasetFacts, factsOf } from "../../../../../test/support/dataset-facts.ts";
import { goldenFolder, truthPath } from "../../../../../test/support/golden-dataset.ts";
import { type CommitRecord, type OpenDatasetOptions, rowsOf, type ZarrDataset } from "../../../src/index.ts";
import { nodeRuntime, openLocalDataset } from "../../../src/node/index.ts";

export const UPGRADE = "upgrade to format version 3";
const truth: DatasetFacts = JSON.parse(await readFile(truthPath("version-2"), "utf8"));
/** The head of the golden dataset. */
export const BEFORE: number = truth.log.length;

/** Its last writer died before it published, and another before it committed. */
export async function copyVersion2(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "kym-upgrade-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await cp(goldenFolder("version-2"), join(folder, "study.zarr"), { recursive: true });
  return join(folder, "study.zarr");
}

/** Opens it where every writer but this process is known to be gone. */
export async function open(folder: string, options: OpenDatasetOptions = {}): Promise<ZarrDataset> {
  const runtime = nodeRuntime();
  const { host } = runtime.writer;
  return openLocalDataset(folder, {
    durability: "none",
    runtime: { ...runtime, writerState: (writer) => (writer.host === host ? "alive" : "dead") },
    ...options,
  });
}

export async function logOf(folder: string): Promise<readonly CommitRecord[]> {
  return Array.fromAsync((await open(folder, { mode: "r" })).log());
}

/** The version that the file of the root group names. */
export async function rootVersion(folder: string): Promise<unknown> {
  const root = JSON.parse(await readFile(join(folder, "zarr.json"), "utf8"));
  return root.attributes.format_version;
}

type Contents = Pick<DatasetFacts, "images" | "tables">;

/** What the golden dataset holds, with what {@link save} made of these names. */
export function withJson(...names: readonly string[]): Contents {
  const { stack, ...others } = truth.images;
  const saved = Object.fromEntries(names.map((name) => [name, "{}"]));
  const images = { ...others, ...(stack && { stack: { ...stack, json: { ...stack.json, ...saved } } }) };
  return { images, tables: truth.tables };
}

export async function contentsOf(folder: string): Promise<Contents> {
  const { images, tables } = await factsOf(await open(folder, { mode: "r" }), rowsOf);
  return { images, tables };
}

/** Saves an empty JSON artifact of that name. */
export async function save(dataset: ZarrDataset, name: string): Promise<void> {
  await dataset.record("stack").saveJson(name, {});
}
