import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createNdArray } from "../../src/array/nd-array.ts";
import type { ZarrDataset } from "../../src/dataset/zarr-dataset.ts";
import { copyDataset } from "../../src/node/copy-dataset.ts";
import { checkLocalDataset, openLocalDataset } from "../../src/node/open-local-dataset.ts";
import { webServer } from "../http/web-server.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-copy-dataset-"));
});
afterEach(() => rm(folder, { recursive: true }));

const source = (): string => join(folder, "source.zarr");
const IMAGES = 12;

async function addImage(dataset: ZarrDataset, id: string, value: number): Promise<void> {
  const pixels = createNdArray("uint8", [8, 4], new Uint8Array(32).fill(value));
  const record = await dataset.addImage(pixels, { id, axes: ["t", "x"] });
  await record.saveJson("params", { value });
}

async function makeSource(): Promise<ZarrDataset> {
  const dataset = await openLocalDataset(source(), { durability: "none" });
  for (let at = 0; at < IMAGES; at++) {
    await addImage(dataset, `image-${at}`, at);
  }
  return dataset;
}

it("beside a writer that replaces, deletes and adds, each copy is one version of the original", async () => {
  await using dataset = await makeSource();
  let isDone = false;
  const write = async (): Promise<void> => {
    for (let round = 1; !isDone; round++) {
      const id = `image-${round % IMAGES}`;
      await dataset.deleteImage(id);
      await addImage(dataset, id, round);
      await dataset.record(`image-${(round + 5) % IMAGES}`).saveJson("params", { round });
    }
  };
  const writing = write();
  const versions: number[] = [];
  try {
    for (const name of ["a", "b", "c"]) {
      const target = join(folder, `${name}.zarr`);
      const { version } = await copyDataset(source(), target);
      versions.push(version);
      expect(await checkLocalDataset(target)).toMatchObject({ version, problems: [] });
    }
  } finally {
    isDone = true;
    await writing;
  }
  expect(versions).toEqual(versions.toSorted((a, b) => a - b));
  expect(await readdir(folder)).toEqual(["a.zarr", "b.zarr", "c.zarr", "source.zarr"]);
  await using copy = await openLocalDataset(join(folder, "a.zarr"));
  expect(await copy.copies.lastCommon(dataset.copies)).toMatchObject({ version: versions[0] });
  // The version that was copied may be the one in which an image was just deleted.
  const [there = ""] = await copy.listImageIds();
  await copy.record(there).saveJson("params", { copied: true });
});

it("a dataset over HTTP is copied as the folder that is served", async () => {
  await using dataset = await makeSource();
  await dataset.record("image-1").saveJson("params", { value: 100 });
  await using server = await webServer(source());
  const target = join(folder, "fetched.zarr");
  const report = await copyDataset(server.origin, target);
  expect(report).toMatchObject({ version: dataset.version, history: { copied: 1, missing: 0 } });
  expect(await checkLocalDataset(target)).toMatchObject({ problems: [] });
});

it("an abort leaves nothing behind", async () => {
  await (await makeSource()).close();
  const abort = new AbortController();
  const copying = copyDataset(source(), join(folder, "new.zarr"), {
    signal: abort.signal,
    onProgress: () => abort.abort(),
  });
  await expect(copying).rejects.toMatchObject({ code: "aborted" });
  expect(await readdir(folder)).toEqual(["source.zarr"]);
});
