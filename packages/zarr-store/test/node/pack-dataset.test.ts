import { copyFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createNdArray } from "../../src/array/nd-array.ts";
import { openDataset } from "../../src/dataset/open-dataset.ts";
import type { ZarrDataset } from "../../src/dataset/zarr-dataset.ts";
import { copyDataset } from "../../src/node/copy-dataset.ts";
import { checkLocalDataset, openLocalDataset } from "../../src/node/open-local-dataset.ts";
import { packDataset } from "../../src/node/pack-dataset.ts";
import { openZipFile } from "../../src/node/zip/open-zip-file.ts";
import { writeOzx, writeZipFile } from "../../src/node/zip/write-zip-file.ts";
import { parseStoreKey } from "../../src/store/store-key.ts";
import { says, webServer } from "../http/web-server.ts";
import { madeZip } from "../zip/made-zip.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kym-pack-"));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);

async function makeDataset(): Promise<ZarrDataset> {
  const dataset = await openLocalDataset(at("d.zarr"), { durability: "none" });
  for (const id of ["a", "b"]) {
    const pixels = createNdArray("uint8", [8, 4], new Uint8Array(32).fill(id.charCodeAt(0)));
    const record = await dataset.addImage(pixels, { id, axes: ["t", "x"] });
    await record.saveJson("params", { id });
  }
  await dataset.record("a").saveJson("params", { id: "changed" });
  return dataset;
}

it("a packed file holds one version, its log and a checkpoint, stored, each zarr.json first", async () => {
  await using dataset = await makeDataset();
  await writeFile(at("d.zarr/images/a/loose.txt"), "nobody committed this");
  const report = await packDataset(at("d.zarr"), at("d.zarr.zip"));
  const bytes = await readFile(at("d.zarr.zip"));
  expect(report).toMatchObject({
    version: dataset.version,
    objects: 10,
    zipBytes: bytes.length,
    notCopied: [],
  });
  const { keys } = await openZipFile(at("d.zarr.zip"));
  const inOrder = [...keys].sort((one, other) => bytes.indexOf(one) - bytes.indexOf(other));
  expect(inOrder.filter((key) => key.endsWith("zarr.json"))).toEqual([
    "zarr.json",
    "images/zarr.json",
    ...["a", "b"].map((id) => `images/${id}/zarr.json`),
    ...["a", "b"].map((id) => `images/${id}/data/zarr.json`),
  ]);
  expect(inOrder.slice(6)).toEqual([
    ...["a", "b"].flatMap((id) => [`images/${id}/analysis/params.json`, `images/${id}/data/c/0/0`]),
    ...[1, 2, 3, 4, 5].map((version) => `__commits/${String(version).padStart(20, "0")}.json`),
    "__commits/checkpoint",
    "__commits/latest.json",
  ]);
  expect(bytes.includes("PK\u0006\u0006")).toBe(true);
  expect(await checkLocalDataset(at("d.zarr.zip"))).toMatchObject({
    version: dataset.version,
    problems: [],
    notes: [],
  });
});

it("opens for reading unless told otherwise, unpacks to the same version, and packs to the same bytes again", async () => {
  await using dataset = await makeDataset();
  await packDataset(at("d.zarr"), at("d.zarr.zip"));
  await using packed = await openLocalDataset(at("d.zarr.zip"));
  expect(await packed.record("a").loadJson("params")).toEqual({ id: "changed" });
  expect(await packed.copies.lastCommon(dataset.copies)).toMatchObject({ version: dataset.version });
  await expect(packed.record("a").saveJson("params", {})).rejects.toMatchObject({ code: "read_only" });
  await expect(openLocalDataset(at("d.zarr.zip"), { mode: "a" })).rejects.toMatchObject({
    code: "read_only",
  });
  await copyDataset(at("d.zarr.zip"), at("e.zarr"));
  expect(await checkLocalDataset(at("e.zarr"))).toMatchObject({ version: dataset.version, problems: [] });
  await rm(at("e.zarr/__history/starts.json"));
  expect((await checkLocalDataset(at("e.zarr"))).problems).toMatchObject([{ kind: "missing" }]);
  for (const source of ["e.zarr", "d.zarr.zip"]) {
    await packDataset(at(source), at(`again-${source}`));
    expect((await readFile(at(`again-${source}`))).equals(await readFile(at("d.zarr.zip")))).toBe(true);
  }
});

it("beside a writer, and of a version that was replaced since, a packed file is one version", async () => {
  await using dataset = await makeDataset();
  const before = dataset.version;
  let isDone = false;
  const writing = (async (): Promise<void> => {
    for (let round = 1; !isDone; round++) {
      await dataset.record("b").saveJson("params", { round });
    }
  })();
  try {
    await packDataset(at("d.zarr"), at("new.zip"));
  } finally {
    isDone = true;
    await writing;
  }
  expect((await checkLocalDataset(at("new.zip"))).problems).toEqual([]);
  await packDataset(at("d.zarr"), at("old.zip"), { version: before });
  await using old = await openLocalDataset(at("old.zip"));
  expect([old.version, await old.record("b").loadJson("params")]).toEqual([before, { id: "b" }]);
});

it("what failed, was aborted or refused leaves nothing", async () => {
  await (await makeDataset()).close();
  await writeFile(at("there.zip"), "mine");
  const abort = new AbortController();
  const aborted = { signal: abort.signal, onProgress: (): void => abort.abort() };
  for (const [target, code, options] of [
    ["x.zip", "aborted", aborted],
    ["there.zip", "already_exists", {}],
    ["d.zarr/x.zip", "invalid_argument", {}],
    ["d.zarr", "already_exists", {}],
    ["x.zip", "not_found", { version: 99 }],
  ] as const) {
    await expect(packDataset(at("d.zarr"), at(target), options)).rejects.toMatchObject({ code });
  }
  await rm(at("d.zarr/images/b/data/c/0/0"));
  await expect(packDataset(at("d.zarr"), at("x.zip"))).rejects.toMatchObject({ code: "integrity" });
  expect([await readdir(folder), await readFile(at("there.zip"), "utf8")]).toEqual([
    ["d.zarr", "there.zip"],
    "mine",
  ]);
});

it("over HTTP a few ranges are read, and a server without ranges is named", async () => {
  await (await makeDataset()).close();
  await packDataset(at("d.zarr"), at("d.zarr.zip"));
  await using server = await webServer(folder);
  const url = `${server.origin}/d.zarr.zip`;
  await using dataset = await openDataset(`${url}?sig=s3cret`);
  expect(await dataset.record("b").loadJson("params")).toEqual({ id: "b" });
  expect(server.requests.length).toBeLessThanOrEqual(3);
  expect(server.requests.every((line) => / bytes=\d+-\d+$/.test(line))).toBe(true);
  await copyDataset(url, at("fetched.zarr"));
  expect((await checkLocalDataset(at("fetched.zarr"))).problems).toEqual([]);
  await expect(openDataset(`${server.origin}/none.zip`)).rejects.toMatchObject({ code: "not_found" });
  server.answer = says(200, { "content-length": "5" }, "whole");
  await expect(openDataset(url)).rejects.toThrow(/sends the whole file where a range was asked for/);
});

it("a file that another one replaced while it was open is not read on", async () => {
  const files = ["first", "second"].map((name) => ({ name, bytes: Buffer.alloc(1 << 17, name) }));
  await writeZipFile(at("x.zip"), files);
  await writeZipFile(at("y.zip"), files);
  const store = await openZipFile(at("x.zip"));
  const first = parseStoreKey("first");
  expect((await store.get(first))?.length).toBe(1 << 17);
  await rename(at("y.zip"), at("x.zip"));
  await expect(store.get(first)).rejects.toMatchObject({ code: "io" });
});

it("a folder that any program zipped by its name opens as that dataset", async () => {
  await using dataset = await makeDataset();
  await dataset.close();
  const names = await readdir(at("d.zarr"), { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const entries = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { name: path.slice(folder.length + 1), bytes: await readFile(path) };
    }),
  );
  await writeZipFile(at("by-name.zip"), [
    ...entries,
    { name: "__MACOSX/d.zarr/._zarr.json", bytes: new Uint8Array(3) },
  ]);
  await using opened = await openLocalDataset(at("by-name.zip"));
  expect(await opened.listImageIds()).toEqual(["a", "b"]);
  expect((await checkLocalDataset(at("by-name.zip"))).problems).toEqual([]);
});

it("an RFC-9 file has its comment, and a hostile one is refused where a dataset is opened", async () => {
  await writeFile(at("chunk"), "pixels");
  const files = [
    { name: "0/c/0", path: at("chunk") },
    { name: "0/zarr.json", bytes: Buffer.from("{}") },
    { name: "zarr.json", bytes: Buffer.from("{}") },
  ];
  expect(await writeOzx(at("x.ozx"), files, "0.5")).toMatchObject({ files: 3 });
  const { comment, keys } = await openZipFile(at("x.ozx"));
  expect([JSON.parse(new TextDecoder().decode(comment)), keys]).toEqual([
    { ome: { version: "0.5", zipFile: { centralDirectory: { jsonFirst: true } } } },
    ["0/c/0", "0/zarr.json", "zarr.json"],
  ]);
  await writeOzx(at("y.ozx"), files.toReversed(), "0.5");
  expect((await readFile(at("y.ozx"))).equals(await readFile(at("x.ozx")))).toBe(true);
  await expect(writeOzx(at("z.ozx"), files.slice(1, 2), "0.5")).rejects.toMatchObject({
    code: "invalid_argument",
  });
  await expect(writeZipFile(at("z.zip"), [...files, ...files])).rejects.toMatchObject({
    code: "invalid_argument",
  });
  await copyFile(at("x.ozx"), at("x.zip"));
  await expect(openLocalDataset(at("x.zip"))).rejects.toThrow(/x\.zip/);
  await writeFile(at("evil.zip"), madeZip([{ name: "../evil" }]));
  await expect(openLocalDataset(at("evil.zip"))).rejects.toMatchObject({ code: "invalid_name" });
  expect((await readdir(folder)).sort()).toEqual(["chunk", "evil.zip", "x.ozx", "x.zip", "y.ozx"]);
});

it("a check of a packed file names every damaged entry", async () => {
  await using _ = await makeDataset();
  await packDataset(at("d.zarr"), at("d.zarr.zip"));
  const bytes = await readFile(at("d.zarr.zip"));
  const damaged = ["images/a/analysis/params.json", "images/b/analysis/params.json"];
  for (const path of damaged) {
    const at = bytes.indexOf('"id"', bytes.indexOf(path));
    bytes[at + 1] = 0x49;
  }
  await writeFile(at("d.zarr.zip"), bytes);
  const { problems, checked } = await checkLocalDataset(at("d.zarr.zip"));
  expect(problems).toMatchObject(damaged.map((path) => ({ kind: "damaged", path })));
  expect(checked.objects).toBe((await checkLocalDataset(at("d.zarr"))).checked.objects);
});
