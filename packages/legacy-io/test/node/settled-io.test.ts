import fileSystem, { rm } from "node:fs/promises";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { ingestLegacyFile, ingestLegacyFolder } from "../../src/node/index.ts";
import { caught } from "../support/caught.ts";
import { replaceExports } from "../support/replace-exports.ts";
import { makeLabFolder, tinyTiff } from "./lab-folder.ts";

const files = { underWay: 0, begun: 0, failing: "", settle: Promise.resolve() };

/** One file fails at once; the others take as long as the test wants. */
const openFile = fileSystem.open;
const open: typeof openFile = async (path, flags) => {
  files.begun++;
  files.underWay++;
  try {
    if (files.failing !== "" && String(path).endsWith(files.failing)) {
      throw new Error("EIO");
    }
    if (!String(path).endsWith(".tif")) {
      await files.settle;
    }
    return await openFile(path, flags);
  } finally {
    files.underWay--;
  }
};
let restore = (): void => undefined;
beforeAll(() => {
  restore = replaceExports(fileSystem, { open });
});
afterAll(() => restore());

describe("an ingest that failed", () => {
  let folder: string;
  let dataset: ZarrDataset;
  beforeEach(async () => {
    folder = await makeLabFolder({
      "a.tif": tinyTiff(1),
      "a.first.json": "[1]",
      "a.second.json": "[2]",
      "a.third.json": "[3]",
    });
    dataset = await openDataset(memoryStore());
    Object.assign(files, { underWay: 0, begun: 0, failing: "", settle: Promise.resolve() });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it.each(["a.first.json", "a.second.json", "a.third.json"])(
    "reads nothing more: the other sidecars were waited for (%s cannot be read)",
    async (name) => {
      let release: () => void = () => undefined;
      files.settle = new Promise((resolve) => {
        release = resolve;
      });
      files.failing = name;
      let isSettled = false;
      const ingest = ingestLegacyFile(dataset, `${folder}/a.tif`).finally(() => {
        isSettled = true;
      });
      const outcome = caught(() => ingest);
      await vi.waitFor(() => expect([files.begun, files.underWay]).toEqual([4, 2]));
      for (let turn = 0; turn < 20; turn++) {
        await new Promise(setImmediate);
      }
      expect(isSettled).toBe(false);
      release();
      expect((await outcome).message).toContain(name);
      expect(files.underWay).toBe(0);
    },
  );

  it("fails with the first of several failures, in the order of the files", async () => {
    files.failing = ".json";
    expect((await caught(() => ingestLegacyFile(dataset, `${folder}/a.tif`))).message).toContain(
      "a.first.json",
    );
    const report = await ingestLegacyFolder(dataset, folder);
    expect(report.failed).toEqual([{ path: "a.tif", reason: "cannot read a.first.json: EIO" }]);
  });
});
