import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { memoryStore, openDataset, type ZarrDataset } from "@kym/zarr-store";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { SidecarFormat } from "../../../src/index.ts";
import { exportLegacyFolder, ingestLegacyFolder } from "../../../src/node/index.ts";
import { CLASSIC_JSON, makeLabFolder, tinyTiff } from "../lab-folder.ts";

const heart: SidecarFormat = {
  name: "heart_rate",
  endings: ["_heart.json"],
  folder: () => "heart",
  artifacts: [{ kind: "json", name: "heart/rate" }],
  parse: (bytes) => ({
    artifacts: [{ kind: "json", name: "heart/rate", text: new TextDecoder().decode(bytes) }],
  }),
  write: ({ json }) => json("heart/rate"),
};

let lab = "";
let dataset: ZarrDataset;
beforeEach(async () => {
  dataset = await openDataset(memoryStore());
  lab = await makeLabFolder({
    "lab/a.tif": tinyTiff(1),
    "lab/a.json": CLASSIC_JSON,
    "lab/heart/a_heart.json": '{"bpm": 412.50}',
    "lab/b.tif": tinyTiff(2),
  });
  await ingestLegacyFolder(dataset, join(lab, "lab"), { formats: [heart] });
});
afterEach(() => rm(lab, { recursive: true, force: true }));

test("an export for the older application writes an added format back where it came from", async () => {
  const out = join(lab, "out");
  await exportLegacyFolder(dataset, out, { format: "kymflow", formats: [heart] });
  expect(await readdir(join(out, "heart"))).toEqual(["a_heart.json"]);
  expect(await readFile(join(out, "heart/a_heart.json"), "utf8")).toBe('{"bpm": 412.50}');
});

test("without the added format an export for the older application leaves its artifact out", async () => {
  const out = join(lab, "out");
  await exportLegacyFolder(dataset, out, { format: "kymflow" });
  expect(await readdir(out)).not.toContain("heart");
});

test("an export restores what an added format gave, with and without the format", async () => {
  const out = join(lab, "out");
  await exportLegacyFolder(dataset, out);
  for (const formats of [undefined, [heart]]) {
    const copy = await openDataset(memoryStore());
    await ingestLegacyFolder(copy, out, { formats });
    for (const id of await dataset.listImageIds()) {
      expect(await copy.record(id).objectHashes()).toEqual(await dataset.record(id).objectHashes());
    }
  }
});

test("an added format with the name of a built-in one's file writes it in its place", async () => {
  const mine: SidecarFormat = {
    ...heart,
    name: "mine",
    endings: [".json"],
    folder: undefined,
    write: async () => "mine",
  };
  const out = join(lab, "out");
  await exportLegacyFolder(dataset, out, { format: "kymflow", formats: [mine] });
  expect(await readFile(join(out, "a.json"), "utf8")).toBe("mine");
});

test.each<[string, () => unknown]>([
  ["writes neither text nor bytes", () => 7],
  [
    "throws an error of its own",
    () => {
      throw new TypeError("no beats");
    },
  ],
])("an export ends with a typed error, and without a folder, where a format %s", async (_what, write) => {
  const wrong: SidecarFormat = Object.assign({ ...heart }, { write: async () => write() });
  const run = exportLegacyFolder(dataset, join(lab, "out"), { format: "kymflow", formats: [wrong] });
  await expect(run).rejects.toMatchObject({
    name: "LegacyIoError",
    code: "invalid_argument",
    message: expect.stringMatching(/^the sidecar format heart_rate failed on heart\/[ab]_heart.json: it /),
  });
  expect(await readdir(lab)).toEqual(["lab"]);
});
